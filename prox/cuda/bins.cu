// Collapse and certify, 1: frames, positions and the counting of bins.
//
// The aim: find the bins in which no cluster begins, and make each of them one heavy particle, so that only the other weights
// have to be sorted.  The theorem and its proof stand at the top of prox/collapse.py.
//
// A frame is one long segment under this treatment.  Its weights have positions: whole numbers, in units of a power of two,
// about 2^36 of them over the window.  That is the range of the segment; where a few weights lie far out, that of the others.
// Bins are ranges of positions.  All sums over bins are sums of whole numbers, so they are exact and do not depend on the order
// of the atomics.  (A position is rounded by half a unit, 2^-37 of the window; the certificate allows for more than that.)
//
//   survey         extremes, finite or not, and a histogram of the leading bits       4 bytes read a weight
//   choose_window
//   count_bins     weights and sum of positions by coarse bin                         4
//   certify        opened bins are divided into slots, many where there are many weights
//   count_bins     the same by slot, for the opened bins                              4
//   certify        closed slots become heavy items
//   collect        the weights in opened slots become items                           4
//   ... the items are sorted, solved and written back (items.cu, place.cu) ...
//   write_closed   the values of closed slots                                         8
//
// Beyond the window are the first and the last coarse bin.  They are never closed; nor is a slot with one weight, so that the
// weight keeps all its bits.
// Grid of survey, count_bins and write_closed: `parts` blocks a frame; of choose_window and certify: one a frame.
// FRAME_THREADS threads.

#if !PARTICLES

#define FRAME_THREADS 512
#ifndef SLOT_BITS
#define SLOT_BITS 14
#endif
const int COARSE_BITS = 12, FINE_BITS = 24;  // of positions
const u32 COARSE = 1u << COARSE_BITS;        // bins
const u32 SLOTS = 1u << SLOT_BITS;           // in which the bins end up: SLOTS - COARSE are shared out among the opened ones
const i64 FIRST = 1ll << FINE_BITS, LAST = (i64)(COARSE - 1) << FINE_BITS;  // the window, LAST not included
const double FARTHEST = 1e18;                // positions go no farther out
const u32 BELOW = 62, ABOVE = 63;            // in place of a shift: the bins beyond the window
const u32 FRAME_LEVELS = 3, FRAME_CHUNKS = SLOTS / 32, FRAME_STRIDE = FRAME_CHUNKS + 1;

struct Bin {
    u64 low, sum;      // a position (its first one, where it lies in the window); the sum of the distances from that
    u32 count, shift;  // weights; log2 of the positions in it
};

// A sum of whole numbers by their lower and upper 32 bits.
struct Words {
    u64 low, high;
};

struct Frame {
    u64 lowest, highest;   // order-preserving bits of the extreme weights
    u32 segment, slots;    // slots in use
    u32 usable, unused;    // has it a window?
    double origin, unit;   // weight = origin + unit * position
    Words beyond[2];       // sums of distances in the bins below and above the window
    Bin coarse[COARSE];
    u32 plan[COARSE];  // of a coarse bin: its first slot << 6, the shift of its slots << 1, and 1 if they have to be counted
    Bin slot[SLOTS];
    u8 closed[SLOTS];     // of a bin, then of a slot: is it one heavy particle?
    weight value[SLOTS];  // of that particle, in the end
    Sum listed[SLOTS];    // non-empty bins as items: counts, and sums of positions times unit
    u32 bin_of[SLOTS];
    Sum heavy[SLOTS];
    Sum tree[2 * FRAME_CHUNKS];
    u32 words[FRAME_LEVELS * FRAME_STRIDE];
};
static_assert(sizeof(Frame) <= FRAME_BYTES, "shapes.py takes a frame to be smaller");

__device__ inline i64 position_of(real w, double origin, double per_unit) {
    double position = ((double)w - origin) * per_unit;
    return __double2ll_rn(fmin(fmax(position, -FARTHEST), FARTHEST));  // also of NaN
}

__device__ inline u32 coarse_bin(i64 position) {
    return position < FIRST ? 0 : position >= LAST ? COARSE - 1 : (u32)(position >> FINE_BITS);
}

// What is left of a position within its coarse bin; nothing beyond the window.
__device__ inline u32 rest_of(i64 position) {
    return position < FIRST || position >= LAST ? 0 : (u32)position & ((1u << FINE_BITS) - 1u);
}

// The sum of the values of the threads before this one, and of all; all threads of the block call it.
__device__ inline u32 before_in_block(u32 value, u32* shared, u32& total) {
    u32 lane = threadIdx.x & 31u, warp = threadIdx.x / 32, warps = (blockDim.x + 31) / 32, sum = value;
    for (u32 distance = 1; distance < 32; distance *= 2) {
        u32 other = __shfl_up_sync(ALL, sum, distance);
        if (lane >= distance) sum += other;
    }
    if (lane == 31) shared[warp] = sum;
    __syncthreads();
    u32 before = sum - value;
    total = 0;
    for (u32 i = 0; i < warps; i++) {
        if (i < warp) before += shared[i];
        total += shared[i];
    }
    __syncthreads();
    return before;
}

extern "C" __global__ void prepare_frames(Frame* frames, u32 number, const Segment* segments, u32 segment_count) {
    u32 thread = blockIdx.x * blockDim.x + threadIdx.x, threads = gridDim.x * blockDim.x;
    for (u32 i = thread; i < segment_count; i += threads) {
        if (segments[i].frame == NO_FRAME) continue;
        Frame& frame = frames[segments[i].frame];
        frame.segment = i;
        frame.lowest = ~0ull;
        frame.highest = 0;
        frame.beyond[0] = frame.beyond[1] = Words{0, 0};
    }
    for (u32 i = thread; i < number * COARSE; i += threads) {
        u32 bin = i % COARSE, shift = bin == 0 ? BELOW : bin == COARSE - 1 ? ABOVE : FINE_BITS;
        frames[i / COARSE].coarse[bin] = Bin{bin ? (u64)bin << FINE_BITS : (u64)FIRST, 0, 0, shift};
        frames[i / COARSE].plan[bin] = 0;  // the histogram of the leading bits, for now
    }
}

const int LEADING = 8 * sizeof(real_bits) - COARSE_BITS;  // the shift to the leading bits: sign, exponent, a little more

extern "C" __global__ void __launch_bounds__(FRAME_THREADS) survey(Frame* frames, Segment* segments, u32 parts) {
    SHARED_MEMORY(shared);
    u64* extremes = (u64*)shared;  // least, most of each warp
    u32* leading = (u32*)(extremes + 64);
    Frame& frame = frames[blockIdx.x / parts];
    Segment& segment = segments[frame.segment];
    for (u32 bin = threadIdx.x; bin < COARSE; bin += blockDim.x) leading[bin] = 0;
    __syncthreads();
    real_bits least = ~(real_bits)0, most = 0;
    bool bad = false;
    for (u64 i = (u64)(blockIdx.x % parts) * blockDim.x + threadIdx.x; i < segment.size; i += (u64)parts * blockDim.x) {
        real w = read_weight(segment.in[i]);
        real_bits bits = ordered(w);
        bad |= !(w - w == (real)0);
        least = bits < least ? bits : least;
        most = bits > most ? bits : most;
        atomicAdd(&leading[bits >> LEADING], 1u);
    }
    if (bad) atomicOr(&segment.bad, 1u);
    for (int distance = 16; distance; distance /= 2) {
        real_bits other = __shfl_xor_sync(ALL, least, distance);
        least = other < least ? other : least;
        other = __shfl_xor_sync(ALL, most, distance);
        most = other > most ? other : most;
    }
    if (threadIdx.x % 32 == 0) {
        extremes[threadIdx.x / 32] = least;
        extremes[32 + threadIdx.x / 32] = most;
    }
    __syncthreads();
    for (u32 bin = threadIdx.x; bin < COARSE; bin += blockDim.x)
        if (leading[bin]) atomicAdd(&frame.plan[bin], leading[bin]);
    if (threadIdx.x) return;
    for (u32 warp = 1; warp < blockDim.x / 32; warp++) {
        least = (real_bits)extremes[warp] < least ? (real_bits)extremes[warp] : least;
        most = (real_bits)extremes[32 + warp] > most ? (real_bits)extremes[32 + warp] : most;
    }
    atomicMin(&frame.lowest, (u64)least);
    atomicMax(&frame.highest, (u64)most);
}

// The window: all weights; but without the TAIL-th part at either end, as far as the leading bits tell, where that makes it
// narrower than a FAR-th.  The unit is the least power of two that lets the window have its positions.
extern "C" __global__ void __launch_bounds__(FRAME_THREADS) choose_window(Frame* frames, const Segment* segments) {
    const u32 TAIL = 1024, share = COARSE / FRAME_THREADS;
    const double FAR = 64.0;
    SHARED_MEMORY(shared);
    u32 *scratch = (u32*)shared, *ends = scratch + 32;
    Frame& frame = frames[blockIdx.x];
    u32 size = segments[frame.segment].size, low_rank = size / TAIL, high_rank = size - 1 - size / TAIL, own = 0, all;
    for (u32 bin = threadIdx.x * share; bin < (threadIdx.x + 1) * share; bin++) own += frame.plan[bin];
    u32 before = before_in_block(own, scratch, all);
    for (u32 bin = threadIdx.x * share; bin < (threadIdx.x + 1) * share; bin++) {
        u32 after = before + frame.plan[bin];
        if (before <= low_rank && low_rank < after) ends[0] = bin;
        if (before <= high_rank && high_rank < after) ends[1] = bin;
        before = after;
    }
    __syncthreads();
    if (threadIdx.x) return;
    real_bits lowest = (real_bits)frame.lowest, highest = (real_bits)frame.highest;
    real_bits low_bits = (real_bits)ends[0] << LEADING, high_bits = ((real_bits)(ends[1] + 1) << LEADING) - 1;
    double least = (double)unordered(lowest), range = (double)unordered(highest) - least;
    double low = low_bits > lowest ? (double)unordered(low_bits) : least;
    double width = (high_bits < highest ? (double)unordered(high_bits) : least + range) - low;
    if (range <= FAR * width) {
        low = least;
        width = range;
    }
    double unit = 1.0;
    if (range == 0.0 && low != 0.0) unit = from_bits((bits_of(low) & (0x7ffull << 52)) - (40ull << 52));  // keeps low exact
    if (width > 0.0 && width < 1e300) {
        int exponent = (int)(bits_of(width) >> 52) - 1022;  // width < 2^exponent
        unit = from_bits((u64)(exponent - COARSE_BITS - FINE_BITS + 1023) << 52);
        if (width >= (double)(LAST - FIRST - FIRST) * unit) unit *= 2.0;
    }
    frame.unit = unit;
    frame.origin = low - (double)FIRST * unit;
    frame.usable = range < FARTHEST / 4.0 * unit && (width > 0.0 || range == 0.0);
}

// Add up whole numbers that differ from lane to lane, by their words.
__device__ inline void add_words(Words* total, Words own) {
    for (int distance = 16; distance; distance /= 2) {
        own.low += __shfl_xor_sync(ALL, own.low, distance);
        own.high += __shfl_xor_sync(ALL, own.high, distance);
    }
    if (threadIdx.x % 32 == 0 && (own.low || own.high)) {
        atomicAdd(&total->low, own.low);
        atomicAdd(&total->high, own.high);
    }
}

// Count weights, and sum what their positions exceed the start of their bin by: stage 0 by coarse bin, 1 by slot.
// Shared memory: 8 bytes a bin; a sum that overflows hands its carry to the frame.
extern "C" __global__ void __launch_bounds__(FRAME_THREADS)
    count_bins(Frame* frames, const Segment* segments, u32 parts, int stage) {
    SHARED_MEMORY(shared);
    Frame& frame = frames[blockIdx.x / parts];
    const Segment& segment = segments[frame.segment];
    if (!frame.usable) return;
    u32 bins = stage ? frame.slots : COARSE;
    Bin* table = stage ? frame.slot : frame.coarse;
    u32 *counts = (u32*)shared, *sums = counts + bins;
    for (u32 bin = threadIdx.x; bin < 2 * bins; bin += blockDim.x) counts[bin] = 0;
    __syncthreads();
    double origin = frame.origin, per_unit = 1.0 / frame.unit;
    Words below = {0, 0}, above = {0, 0};
    for (u64 i = (u64)(blockIdx.x % parts) * blockDim.x + threadIdx.x; i < segment.size; i += (u64)parts * blockDim.x) {
        i64 position = position_of(read_weight(segment.in[i]), origin, per_unit);
        u32 bin = coarse_bin(position), rest = rest_of(position);
        if (stage) {
            u32 plan = frame.plan[bin], shift = plan >> 1 & 31u;
            if (!(plan & 1u)) continue;
            bin = (plan >> 6) + (rest >> shift);
            rest &= (1u << shift) - 1u;
        } else if (position < FIRST || position >= LAST) {
            u64 under = position < FIRST ? (u64)(FIRST - position) : 0, over = position < FIRST ? 0 : (u64)(position - LAST);
            below = Words{below.low + (under & ALL), below.high + (under >> 32)};
            above = Words{above.low + (over & ALL), above.high + (over >> 32)};
        }
        atomicAdd(&counts[bin], 1u);
        if (!rest) continue;
        u32 old = atomicAdd(&sums[bin], rest);
        if (old + rest < old) atomicAdd(&table[bin].sum, 1ull << 32);
    }
    add_words(&frame.beyond[0], below);
    add_words(&frame.beyond[1], above);
    __syncthreads();
    for (u32 bin = threadIdx.x; bin < bins; bin += blockDim.x) {
        if (!counts[bin]) continue;
        atomicAdd(&table[bin].count, counts[bin]);
        if (sums[bin]) atomicAdd(&table[bin].sum, (u64)sums[bin]);
    }
}

#endif
