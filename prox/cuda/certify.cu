// Collapse and certify, 2: which bins are closed, and how the slots are shared out.  See bins.cu.

#if !PARTICLES

const double MARGIN = 1e-10;         // of the certificate, relative to the window
const double SUM_MARGIN = 1e-14;     // and to the sums

struct Listed {
    const Sum* listed;
    double only_pull;
    __device__ Sum item(u32 rank) const { return listed[rank]; }
    __device__ double pull(u32) const { return only_pull; }
    __device__ bool tied(u32) const { return false; }
    __device__ bool together(u32) const { return true; }
    __device__ bool same_segment(u32, u32) const { return true; }
};

// The bins that hold weights, in order, as items; how many.
__device__ inline u32 list_bins(Frame& frame, const Bin* table, u32 bins, u32* scratch) {
    u32 share = (bins + blockDim.x - 1) / blockDim.x, first = threadIdx.x * share;
    u32 stop = first + share < bins ? first + share : bins, filled = 0, total;
    for (u32 bin = first; bin < stop; bin++) filled += table[bin].count > 0;
    u32 place = before_in_block(filled, scratch, total);
    for (u32 bin = first; bin < stop; bin++) {
        const Bin& here = table[bin];
        if (!here.count) continue;
        double count = (double)here.count, distances = (double)here.sum;
        if (here.shift >= BELOW) {
            const Words& words = frame.beyond[here.shift - BELOW];
            distances = (double)words.low + (double)words.high * 4294967296.0;
            if (here.shift == BELOW) distances = -distances;
        }
        frame.listed[place] = Sum{count, (count * (double)here.low + distances) * frame.unit};
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
    double margin = MARGIN * ((double)LAST * unit) * mass_left * mass_right;
    margin += SUM_MARGIN * (fabs(moment_right) * mass_left + fabs(moment_left) * mass_right);
    return moment_right * mass_left - moment_left * mass_right + margin <= pull * whole.mass * mass_left * mass_right;
}

// Share out the slots: an opened bin with a share of the weights to sort gets that share of them, rounded down to a power of
// two; a closed bin, or one with one weight, keeps one.
__device__ inline bool divided(const Frame& frame, u32 bin) {
    return frame.coarse[bin].count > 1 && !frame.closed[bin] && frame.coarse[bin].shift < BELOW;
}

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
                counted ? Bin{here.low + ((u64)part << shift), 0, 0, shift} : here;
    }
}

// The least order-preserving bits of a weight of the frame whose position is not below `position`: bisection, then rounding
// up to a number of the dtype, since the bytes that all weights have in common are not sorted by.
__device__ inline real_bits first_bits_at(const Frame& frame, i64 position) {
    real_bits low = (real_bits)frame.lowest, high = (real_bits)frame.highest;
    while (low < high) {
        real_bits middle = low + (high - low) / 2;
        if (position_of(unordered(middle), frame.origin, 1.0 / frame.unit) < position) {
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
    if (!frame.usable) {  // every weight will be found in slot 0, open
        for (u32 bin = threadIdx.x; bin < COARSE; bin += blockDim.x) frame.plan[bin] = FINE_BITS << 1;
        if (threadIdx.x == 0) frame.closed[0] = 0;
        return;
    }
    u32 filled = list_bins(frame, table, stage ? frame.slots : COARSE, scratch);
    u32 chunks = 32;
    while (chunks * CHUNK < filled) chunks *= 2;
    Line<Listed> line(Listed{frame.listed, segment.pull}, frame.tree, chunks, Vertices{frame.words, FRAME_STRIDE, (int)FRAME_LEVELS});
    solve_line(line, filled, 32);
    for (u32 rank = threadIdx.x; rank < filled; rank += blockDim.x) {
        u32 number = frame.bin_of[rank], first = line.vertices.previous(rank), stop = line.vertices.next(rank + 1);
        const Bin& bin = table[number];
        Sum own = line.item(rank);
        bool closed = bin.count > 1 && bin.shift < BELOW && certified(bin, own, line.range(first, rank), line.range(first, stop), frame.unit, segment.pull);
        frame.closed[number] = closed;
        if (!stage || !closed) continue;
        u32 place = atomicAdd(item_count, 1u);
        frame.heavy[number] = Sum{own.mass, own.mass * frame.origin + own.moment};
        keys[place] = make_key(first_bits_at(frame, (i64)bin.low), frame.segment);
        payload[place] = HEAVY | (blockIdx.x * SLOTS + number);
    }
    __syncthreads();
    if (!stage) plan_slots(frame, scratch);
}

#endif
