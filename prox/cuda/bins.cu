// Collapse and certify: find the bins in which no cluster begins, and make each of them one heavy particle, so that only
// the other weights have to be sorted.  The theorem and its proof stand at the top of prox/collapse.py.
//
// A frame is one long segment under this treatment.  Its weights have positions W, whole numbers of POSITION_BITS bits, in
// units of a power of two over the range of the segment; a bin is a range of W.  All sums over bins are sums of whole numbers,
// so they are exact and do not depend on the order of the atomics.  (A position is rounded by half a unit, 2^-37 of the
// range; the certificate allows for more than that.)
//
//   survey      range of the segment, and whether all weights are finite                  4 bytes read a weight
//   count       weights and sum of W by coarse bin                                        4
//   certify     opened bins are divided into slots, many where there are many weights
//   count       the same by slot, for the opened bins                                     4, less where few are opened
//   certify     closed slots become heavy items
//   collect     the weights in opened slots become items                                  4
//   ... the items are sorted, solved and written back (items.cu, place.cu) ...
//   write       the values of closed slots                                                8
//
// A slot with one weight stays open, so that the weight keeps all its bits.
// Grid of survey, count and write: `parts` blocks a frame; of certify: one a frame.  FRAME_THREADS threads.

#if !PARTICLES

#define FRAME_THREADS 512
#define COLLECT_THREADS 256
#define COLLECT_EACH 8
#define COLLECT_SPAN (COLLECT_THREADS * COLLECT_EACH)
#ifndef SLOT_BITS
#define SLOT_BITS 14
#endif
const int POSITION_BITS = 36, COARSE_BITS = 12, FINE_BITS = POSITION_BITS - COARSE_BITS;
const u32 COARSE = 1u << COARSE_BITS;  // bins
const u32 SLOTS = 1u << SLOT_BITS;     // in which the bins end up: SLOTS - COARSE are shared out among the opened ones
const double LAST_POSITION = 68719476735.0;  // 2^36 - 1
const double MARGIN = 1e-10;                 // of the certificate, relative to the range
const u32 FRAME_LEVELS = 3, FRAME_CHUNKS = SLOTS / 32, FRAME_STRIDE = FRAME_CHUNKS + 1;

struct Bin {
    u64 low, sum;      // the first position in it; the sum of what positions exceed it by
    u32 count, shift;  // weights; log2 of the positions in it
};

struct Frame {
    u64 lowest, highest;  // order-preserving bits of the extreme weights
    u32 segment, slots;   // slots in use
    double low, unit;     // of positions: weight = low + unit * W
    Bin coarse[COARSE];
    u32 plan[COARSE];  // of a coarse bin: its first slot << 6, the shift of its slots << 1, and 1 if they have to be counted
    Bin slot[SLOTS];
    u8 closed[SLOTS];     // of a bin, then of a slot: is it one heavy particle?
    weight value[SLOTS];  // of that particle, in the end
    Sum listed[SLOTS];  // non-empty bins as items: counts, and sums of positions from `low`
    u32 bin_of[SLOTS];
    Sum heavy[SLOTS];
    Sum tree[2 * FRAME_CHUNKS];
    u32 words[FRAME_LEVELS * FRAME_STRIDE];
};
static_assert(sizeof(Frame) <= FRAME_BYTES, "launch.py takes a frame to be smaller");

__device__ inline u64 position_of(real w, double low, double per_unit) {
    double position = ((double)w - low) * per_unit;
    return (u64)__double2ll_rn(fmin(fmax(position, 0.0), LAST_POSITION));  // NaN: 0
}

struct Listed {
    const Sum* listed;
    double only_pull;
    __device__ Sum item(u32 rank) const { return listed[rank]; }
    __device__ double pull(u32) const { return only_pull; }
    __device__ bool tied(u32) const { return false; }
    __device__ bool together(u32) const { return true; }
    __device__ bool same_segment(u32, u32) const { return true; }
};

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
        frames[segments[i].frame].segment = i;
        frames[segments[i].frame].lowest = ~0ull;
        frames[segments[i].frame].highest = 0;
    }
    for (u32 i = thread; i < number * COARSE; i += threads) {
        u32 bin = i % COARSE;
        frames[i / COARSE].coarse[bin] = Bin{(u64)bin << FINE_BITS, 0, 0, FINE_BITS};
    }
}

extern "C" __global__ void __launch_bounds__(FRAME_THREADS) survey(Frame* frames, Segment* segments, u32 parts) {
    SHARED_MEMORY(shared);
    u64* extremes = (u64*)shared;  // least, most of each warp
    Frame& frame = frames[blockIdx.x / parts];
    Segment& segment = segments[frame.segment];
    real_bits least = ~(real_bits)0, most = 0;
    bool bad = false;
    for (u64 i = (u64)(blockIdx.x % parts) * blockDim.x + threadIdx.x; i < segment.size; i += (u64)parts * blockDim.x) {
        real w = read_weight(segment.in[i]);
        real_bits bits = ordered(w);
        bad |= !(w - w == (real)0);
        least = bits < least ? bits : least;
        most = bits > most ? bits : most;
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
    if (threadIdx.x) return;
    for (u32 warp = 1; warp < blockDim.x / 32; warp++) {
        least = (real_bits)extremes[warp] < least ? (real_bits)extremes[warp] : least;
        most = (real_bits)extremes[32 + warp] > most ? (real_bits)extremes[32 + warp] : most;
    }
    atomicMin(&frame.lowest, (u64)least);
    atomicMax(&frame.highest, (u64)most);
}

// The place and unit of positions: the unit is the least power of two with which the range fits.
__device__ inline void frame_of_positions(const Frame& frame, double& low, double& unit) {
    low = (double)unordered((real_bits)frame.lowest);
    double range = (double)unordered((real_bits)frame.highest) - low;
    int exponent = (int)(bits_of(range) >> 52) - 1022;  // range < 2^exponent
    unit = range > 0.0 && range < 1e300 ? from_bits((u64)(exponent - POSITION_BITS + 1023) << 52) : 1.0;
}

// Count weights, and sum what their positions exceed the start of their bin by: stage 0 by coarse bin, 1 by slot.
// Shared memory: 8 bytes a bin; a sum that overflows hands its carry to the frame.
extern "C" __global__ void __launch_bounds__(FRAME_THREADS)
    count_bins(Frame* frames, const Segment* segments, u32 parts, int stage) {
    SHARED_MEMORY(shared);
    Frame& frame = frames[blockIdx.x / parts];
    const Segment& segment = segments[frame.segment];
    u32 bins = stage ? frame.slots : COARSE;
    if (stage && !frame.slots) return;
    Bin* table = stage ? frame.slot : frame.coarse;
    u32 *counts = (u32*)shared, *sums = counts + bins;
    for (u32 bin = threadIdx.x; bin < 2 * bins; bin += blockDim.x) counts[bin] = 0;
    __syncthreads();
    double low, unit;
    frame_of_positions(frame, low, unit);
    double per_unit = 1.0 / unit;
    for (u64 i = (u64)(blockIdx.x % parts) * blockDim.x + threadIdx.x; i < segment.size; i += (u64)parts * blockDim.x) {
        u64 position = position_of(read_weight(segment.in[i]), low, per_unit);
        u32 bin = (u32)(position >> FINE_BITS), rest = (u32)position & ((1u << FINE_BITS) - 1u);
        if (stage) {
            u32 plan = frame.plan[bin], shift = plan >> 1 & 31u;
            if (!(plan & 1u)) continue;
            bin = (plan >> 6) + (rest >> shift);
            rest &= (1u << shift) - 1u;
        }
        atomicAdd(&counts[bin], 1u);
        if (!rest) continue;
        u32 old = atomicAdd(&sums[bin], rest);
        if (old + rest < old) atomicAdd(&table[bin].sum, 1ull << 32);
    }
    __syncthreads();
    for (u32 bin = threadIdx.x; bin < bins; bin += blockDim.x) {
        if (!counts[bin]) continue;
        atomicAdd(&table[bin].count, counts[bin]);
        if (sums[bin]) atomicAdd(&table[bin].sum, (u64)sums[bin]);
    }
}

// The bins that hold weights, in order, as items; how many.
__device__ inline u32 list_bins(Frame& frame, const Bin* table, u32 bins, u32* scratch) {
    u32 share = (bins + blockDim.x - 1) / blockDim.x, first = threadIdx.x * share;
    u32 stop = first + share < bins ? first + share : bins, filled = 0, total;
    for (u32 bin = first; bin < stop; bin++) filled += table[bin].count > 0;
    u32 place = before_in_block(filled, scratch, total);
    for (u32 bin = first; bin < stop; bin++) {
        const Bin& here = table[bin];
        if (!here.count) continue;
        double count = (double)here.count;
        frame.listed[place] = Sum{count, (count * (double)here.low + (double)here.sum) * frame.unit};
        frame.bin_of[place++] = bin;
    }
    __syncthreads();
    return total;
}

// The certificate: can no cluster begin inside this bin?  `whole`: the cluster of bins that it is in; `before`: the part of
// that on its left.  Worst case: its weights stand at its two ends, and `at_low` of them at the lower one.
__device__ inline bool certified(const Bin& bin, Sum own, Sum before, Sum whole, double unit, double pull) {
    double width = (double)((1ull << bin.shift) - 1) * unit, low = (double)bin.low * unit;
    double at_low = own.mass - (double)bin.sum * unit / width;
    at_low = fmin(fmax(at_low, 0.0), own.mass);
    double mass_left = before.mass + at_low, moment_left = before.moment + at_low * low;
    double mass_right = whole.mass - mass_left, moment_right = whole.moment - moment_left;
    double margin = MARGIN * (LAST_POSITION * unit) * mass_left * mass_right;
    return moment_right * mass_left - moment_left * mass_right + margin <= pull * whole.mass * mass_left * mass_right;
}

// Share out the slots: an opened bin with a share of the weights to sort gets that share of them, rounded down to a power of
// two; a closed bin, or one with one weight, keeps one.
__device__ inline bool divided(const Frame& frame, u32 bin) { return frame.coarse[bin].count > 1 && !frame.closed[bin]; }

__device__ inline void plan_slots(Frame& frame, u32* scratch) {
    const u32 share = (COARSE + FRAME_THREADS - 1) / FRAME_THREADS;
    u32 first = threadIdx.x * share, stop = first + share < COARSE ? first + share : COARSE;
    u32 open = 0, all_open, slots = 0, all_slots;
    for (u32 bin = first; bin < stop; bin++) open += divided(frame, bin) ? frame.coarse[bin].count : 0;
    before_in_block(open, scratch, all_open);
    for (u32 bin = first; bin < stop; bin++) {
        u64 portion = (u64)frame.coarse[bin].count * (SLOTS - COARSE);
        int parts = 0;  // log2
        while (divided(frame, bin) && parts < SLOT_BITS && (2ull << parts) * all_open <= portion) parts++;
        frame.plan[bin] = (FINE_BITS - parts) << 1 | divided(frame, bin);
        slots += frame.coarse[bin].count ? 1u << parts : 0;
    }
    u32 slot = before_in_block(slots, scratch, all_slots);
    if (threadIdx.x == 0) frame.slots = all_slots;
    for (u32 bin = first; bin < stop; bin++) {
        u32 parts = FINE_BITS - (frame.plan[bin] >> 1);
        frame.plan[bin] |= slot << 6;
        slot += frame.coarse[bin].count ? 1u << parts : 0;
    }
    __syncthreads();
    for (u32 bin = threadIdx.x / 32; bin < COARSE; bin += blockDim.x / 32) {
        const Bin& here = frame.coarse[bin];
        u32 plan = frame.plan[bin], shift = plan >> 1 & 31u;
        bool counted = plan & 1u;
        for (u32 part = threadIdx.x % 32; here.count && part < 1u << (FINE_BITS - shift); part += 32)
            frame.slot[(plan >> 6) + part] =
                Bin{here.low + ((u64)part << shift), counted ? 0 : here.sum, counted ? 0 : here.count, shift};
    }
}

// The least order-preserving bits of a weight of the frame whose position is not below `position`: bisection, then rounding
// up to a number of the dtype, since the bytes that all weights have in common are not sorted by.
__device__ inline real_bits first_bits_at(const Frame& frame, u64 position) {
    real_bits low = (real_bits)frame.lowest, high = (real_bits)frame.highest;
    while (low < high) {
        real_bits middle = low + (high - low) / 2;
        if (position_of(unordered(middle), frame.low, 1.0 / frame.unit) < position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const real_bits unused = DTYPE == 0 ? 0x1fffu : DTYPE == 1 ? 0xffffu : 0u;  // zeros, in numbers below zero ones
    return low >> (8 * sizeof(real_bits) - 1) ? (low + unused) & ~unused : low | unused;
}

// Stage 0: certify the coarse bins, and share out the slots.  Stage 1: certify the slots, and append the closed ones to the
// items.
extern "C" __global__ void __launch_bounds__(FRAME_THREADS)
    certify(Frame* frames, const Segment* segments, int stage, sort_key* keys, u32* payload, u32* item_count) {
    SHARED_MEMORY(shared);
    u32* scratch = (u32*)shared;
    Frame& frame = frames[blockIdx.x];
    const Segment& segment = segments[frame.segment];
    Bin* table = stage ? frame.slot : frame.coarse;
    if (threadIdx.x == 0) frame_of_positions(frame, frame.low, frame.unit);  // list_bins waits before it needs them
    u32 filled = list_bins(frame, table, stage ? frame.slots : COARSE, scratch);
    u32 chunks = 32;
    while (chunks * CHUNK < filled) chunks *= 2;
    Line<Listed> line(Listed{frame.listed, segment.pull}, frame.tree, chunks, Vertices{frame.words, FRAME_STRIDE, (int)FRAME_LEVELS});
    solve_line(line, filled, 32);
    for (u32 rank = threadIdx.x; rank < filled; rank += blockDim.x) {
        u32 number = frame.bin_of[rank], first = line.vertices.previous(rank), stop = line.vertices.next(rank + 1);
        const Bin& bin = table[number];
        Sum own = line.item(rank);
        bool closed = bin.count > 1 && certified(bin, own, line.range(first, rank), line.range(first, stop), frame.unit, segment.pull);
        frame.closed[number] = closed;
        if (!stage || !closed) continue;
        u32 place = atomicAdd(item_count, 1u);
        frame.heavy[number] = Sum{own.mass, own.mass * frame.low + own.moment};
        keys[place] = make_key(first_bits_at(frame, bin.low), frame.segment);
        payload[place] = HEAVY | (blockIdx.x * SLOTS + number);
    }
    __syncthreads();
    if (!stage) plan_slots(frame, scratch);
}

__device__ inline Sum heavy_of(const Frame* frames, u32 payload) {
    u32 number = payload & ~HEAVY;
    return frames[number / SLOTS].heavy[number % SLOTS];
}

// The slot of a weight.
__device__ inline u32 slot_of(const Frame& frame, real w) {
    u64 position = position_of(w, frame.low, 1.0 / frame.unit);
    u32 plan = frame.plan[position >> FINE_BITS];
    return (plan >> 6) + (((u32)position & ((1u << FINE_BITS) - 1u)) >> (plan >> 1 & 31u));
}

// The weights in open slots, and those of segments without a frame, become items.  Without any frame, item i is weight i.
// Grid: any; block: COLLECT_THREADS.
extern "C" __global__ void __launch_bounds__(COLLECT_THREADS)
    collect(const Frame* frames, u32 frame_count, Segment* segments, u32 segment_count, u32 total, sort_key* keys, u32* payload,
            u32* item_count) {
    SHARED_MEMORY(shared);
    u32* scratch = (u32*)shared;
    for (u64 base = (u64)blockIdx.x * COLLECT_SPAN; base < total; base += (u64)gridDim.x * COLLECT_SPAN) {
        u32 last = total - base < COLLECT_SPAN ? total - 1 : (u32)base + COLLECT_SPAN - 1;
        u32 low = SEGMENTED ? segment_at(segments, 0, segment_count - 1, (u32)base) : 0;
        u32 high = SEGMENTED ? segment_at(segments, low, segment_count - 1, last) : 0;
        sort_key found[COLLECT_EACH];
        u32 open = 0;
#pragma unroll
        for (u32 i = 0; i < COLLECT_EACH; i++) {
            u64 place = base + i * COLLECT_THREADS + threadIdx.x;
            if (place > last) continue;
            u32 number = segment_at(segments, low, high, (u32)place);
            Segment& segment = segments[number];
            real w = read_weight(segment.in[(u32)place - segment.first]);
            found[i] = make_key(ordered(w), number);
            if (segment.frame == NO_FRAME) {
                if (!(w - w == (real)0)) segment.bad = 1;
                open |= 1u << i;
            } else {
                const Frame& frame = frames[segment.frame];
                open |= (u32)!frame.closed[slot_of(frame, w)] << i;
            }
        }
        u32 all, before = 0;
        if (frame_count) {
            before = before_in_block((u32)__popc(open), scratch, all);
            if (threadIdx.x == 0) scratch[0] = atomicAdd(item_count, all);
            __syncthreads();
            before += scratch[0];
            __syncthreads();
        }
#pragma unroll
        for (u32 i = 0; i < COLLECT_EACH; i++) {
            if (!(open >> i & 1u)) continue;
            u32 place = (u32)base + i * COLLECT_THREADS + threadIdx.x;
            u32 item = frame_count ? before++ : place;
            keys[item] = found[i];
            payload[item] = place;
        }
    }
    if (!frame_count && blockIdx.x == 0 && threadIdx.x == 0) *item_count = total;
}

// Write the values of the weights in closed slots.
extern "C" __global__ void __launch_bounds__(FRAME_THREADS) write_closed(const Frame* frames, const Segment* segments, u32 parts) {
    const Frame& frame = frames[blockIdx.x / parts];
    const Segment& segment = segments[frame.segment];
    for (u64 i = (u64)(blockIdx.x % parts) * blockDim.x + threadIdx.x; i < segment.size; i += (u64)parts * blockDim.x) {
        u32 slot = slot_of(frame, read_weight(segment.in[i]));
        if (frame.closed[slot]) segment.out[i] = frame.value[slot];
    }
}

#endif
