// Collapse and certify, 3: which weights have to be sorted, and the values of the others.  See bins.cu.

#if !PARTICLES

#define COLLECT_THREADS 256
#define COLLECT_EACH 8
#define COLLECT_SPAN (COLLECT_THREADS * COLLECT_EACH)

__device__ inline Sum heavy_of(const Frame* frames, u32 payload) {
    u32 number = payload & ~HEAVY;
    return frames[number / SLOTS].heavy[number % SLOTS];
}

// The slot of a weight.
__device__ inline u32 slot_of(const Frame& frame, real w) {
    i64 position = position_of(w, frame.origin, 1.0 / frame.unit);
    u32 plan = frame.plan[coarse_bin(position)];
    return (plan >> 6) + (rest_of(position) >> (plan >> 1 & 31u));
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
