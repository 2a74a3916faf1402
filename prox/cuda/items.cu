// What an item is, where items come from, and the launches that solve a long line of them.
//
// Sorted keys: an item is a weight, or a closed bin (a heavy particle, which stands for all weights in it).  The payload of a
// weight is its place in the flat numbering of all weights; that of a closed bin is HEAVY and the number of its slot.
// PARTICLES 1: items are the particles themselves, with any masses and velocities, at the end of their free flight.
//
#if PARTICLES

struct Particles {
    const double *position, *velocity, *mass;
    double time;
    u32 base;

    __device__ Sum item(u32 rank) const {
        double m = mass[base + rank], x = position[base + rank], v = velocity[base + rank];
        return Sum{m, m * (x + time * v), m * x, m * v};
    }
    __device__ double pull(u32) const { return 0.0; }
    __device__ bool tied(u32) const { return false; }
    __device__ bool together(u32) const { return true; }
    __device__ bool same_segment(u32, u32) const { return true; }
};
typedef Particles TileItems;

#define ITEM_PARAMETERS const double *position, const double *velocity, const double *mass, double time
#define WHOLE_ITEMS Particles{position, velocity, mass, time, 0}

#else

// What weighs what: the closed bins by slot, a mass for each weight (or null: 1), the segments.
struct Scales {
    const Frame* frames;
    const double* masses;
    Segment* segments;
};

__device__ inline Sum item_of(sort_key key, u32 payload, Scales scales) {
    if (payload & HEAVY) return heavy_of(scales.frames, payload);
    double x = (double)unordered(key_bits(key));
    if (!scales.masses) return Sum{1.0, x};
    double m = scales.masses[payload];
    return Sum{m, m * x};
}

__device__ inline bool same_key(sort_key a, sort_key b) {
    return key_bits(a) == key_bits(b) && key_segment(a) == key_segment(b);
}

struct Keys {
    const sort_key* keys;
    const u32* payload;
    Scales scales;
    double only_pull;

    __device__ Sum item(u32 rank) const { return item_of(keys[rank], payload[rank], scales); }
#if SEGMENTED
    __device__ double pull(u32 rank) const { return scales.segments[key_segment(keys[rank])].pull; }
#else
    __device__ double pull(u32) const { return only_pull; }
#endif
    __device__ bool tied(u32 rank) const { return same_key(keys[rank], keys[rank - 1]); }
    __device__ bool together(u32 rank) const { return same_segment(rank - 1, rank); }
    __device__ bool same_segment(u32 a, u32 b) const { return key_segment(keys[a]) == key_segment(keys[b]); }
};

// The same in shared memory; one place in 33 is left free, so that the threads of a warp, each at its chunk, do not meet in
// one bank.
struct TileItems {
    const sort_key* keys;
    const u32* payload;
    Scales scales;
    double only_pull;

    __device__ static u32 place(u32 rank) { return rank + rank / CHUNK; }
    __device__ Sum item(u32 rank) const { return item_of(keys[place(rank)], payload[place(rank)], scales); }
#if SEGMENTED
    __device__ double pull(u32 rank) const { return scales.segments[key_segment(keys[place(rank)])].pull; }
#else
    __device__ double pull(u32) const { return only_pull; }
#endif
    __device__ bool tied(u32 rank) const { return same_key(keys[place(rank)], keys[place(rank - 1)]); }
    __device__ bool together(u32 rank) const { return same_segment(rank - 1, rank); }
    __device__ bool same_segment(u32 a, u32 b) const {
        return key_segment(keys[place(a)]) == key_segment(keys[place(b)]);
    }
};

#define ITEM_PARAMETERS const sort_key *keys, const u32 *payload, const Frame *frames, const double *masses, Segment *segments
#define WHOLE_ITEMS Keys{keys, payload, Scales{frames, masses, segments}, segments[0].pull}

#endif

// ---- the launches.  `tree`, `chunks`, `words`, `stride`, `levels`: the tree of sums and the vertices of the whole line.

#define LINE_PARAMETERS Sum *tree, u32 chunks, u32 *words, u32 stride, int levels
#define WHOLE_VERTICES Vertices{words, stride, levels}

// Clear what the tiles add to, the levels of bits above their own, and say how many items there are.
extern "C" __global__ void reset(LINE_PARAMETERS, u32* item_count, u32 count) {
    (void)tree;
    u32 thread = blockIdx.x * blockDim.x + threadIdx.x, threads = gridDim.x * blockDim.x;
    if (thread == 0) *item_count = count;
    u32 size = chunks + 1;
    for (int k = 1; k < levels; k++) {
        size = (size + 31) / 32;
        for (u32 i = thread; k > 1 && i < size; i += threads) WHOLE_VERTICES.word(k, i) = 0;
    }
}

// Solve each tile.  Grid: any; block: TILE_CHUNKS threads.  Shared: see solve_line in launch.py.
extern "C" __global__ void __launch_bounds__(TILE_CHUNKS, 12)
    solve_tiles(ITEM_PARAMETERS, const u32* item_count, LINE_PARAMETERS, int stop) {
    SHARED_MEMORY(shared);
    u32 count = *item_count;
    Sum* tile_tree = (Sum*)shared;
    u32* tile_words = (u32*)(tile_tree + 2 * TILE_CHUNKS);
    for (u32 tile = blockIdx.x; tile < count / TILE + 1; tile += gridDim.x) {
        u32 base = tile * TILE, size = count - base < TILE ? count - base : TILE;
#if PARTICLES
        TileItems items{position + base, velocity + base, mass + base, time, 0};
#else
        sort_key* tile_keys = (sort_key*)(tile_words + ((TILE_LEVELS * TILE_STRIDE + 3) & ~3u));
        u32* tile_payload = (u32*)(tile_keys + TILE + TILE_CHUNKS);
        for (u32 i = threadIdx.x; i < size; i += blockDim.x) {
            sort_key key = keys[base + i];
            tile_keys[TileItems::place(i)] = key;
            tile_payload[TileItems::place(i)] = payload[base + i];
#if SEGMENTED
            u32 rank = base + i;
            Segment& segment = segments[key_segment(key)];
            if (rank == 0 || key_segment(keys[rank - 1]) != key_segment(key)) segment.begin = rank;
            if (rank == count - 1 || key_segment(keys[rank + 1]) != key_segment(key)) segment.end = rank + 1;
#endif
        }
        TileItems items{tile_keys, tile_payload, Scales{frames, masses, segments}, segments[0].pull};
#endif
        __syncthreads();
        Line<TileItems> line(items, tile_tree, TILE_CHUNKS, Vertices{tile_words, TILE_STRIDE, TILE_LEVELS});
        solve_line(line, size, stop);
        // Hand over the tree of sums and the vertices.
        for (int k = 0; TILE_CHUNKS >> k; k++)
            for (u32 i = threadIdx.x; i < (u32)TILE_CHUNKS >> k; i += blockDim.x)
                tree[level_of_sums(chunks, k) + tile * ((u32)TILE_CHUNKS >> k) + i] =
                    tile_tree[level_of_sums(TILE_CHUNKS, k) + i];
        Vertices local = line.vertices, whole = WHOLE_VERTICES;
        const u32 groups = TILE_CHUNKS / 32;  // words of level 1
        for (u32 i = threadIdx.x; i < TILE_CHUNKS; i += blockDim.x) whole.word(0, tile * TILE_CHUNKS + i) = local.word(0, i);
        for (u32 i = threadIdx.x; i < groups; i += blockDim.x) whole.word(1, tile * groups + i) = local.word(1, i);
        if (threadIdx.x == 0) {
            u32 bits = local.word(2, 0) & (ALL >> (32 - groups)), bit = tile * groups;
            atomicOr(&whole.word(2, bit >> 5), bits << (bit & 31u));
            for (int k = 3; k < levels && (base & ((1u << (5 * k)) - 1u)) == 0; k++) {
                bit = base >> (5 * k);
                atomicOr(&whole.word(k, bit >> 5), 1u << (bit & 31u));
            }
        }
        // Nobody needs the keys any more; the tree and the bits are written again after the next barrier only.
    }
}

// Join blocks of `half` ranks in pairs, then these, `steps` times in all, up to blocks of 2^stop ranks.  A thread block does
// all joins within `half << steps` ranks, a warp one join.  Grid: any; block: MERGE_THREADS.
extern "C" __global__ void __launch_bounds__(MERGE_THREADS, 2)
    join_blocks(ITEM_PARAMETERS, const u32* item_count, LINE_PARAMETERS, u32 half, int steps, int stop) {
    u32 count = *item_count;
    auto items = WHOLE_ITEMS;
    Line<decltype(items)> line(items, tree, chunks, WHOLE_VERTICES);
    u64 span = (u64)half << steps;
    for (u64 start = span * blockIdx.x; start + half < count; start += span * gridDim.x) {
        int level = 0;
        while (CHUNK << level < half) level++;  // of the tree of sums
        u64 size = half;
        for (int step = 0; step < steps && level + 5 < stop; step++, level++, size *= 2) {
            u64 own = start + 2 * size * (threadIdx.x / 32);
            if (threadIdx.x / 32 < 1u << (steps - 1 - step) && own + size < count) {
                Group group = group_of(32);
                if (group.lane == 0 && own + 2 * size <= count) {
                    u32 node = (u32)(own / (2 * size));
                    const Sum* below = tree + level_of_sums(chunks, level);
                    tree[level_of_sums(chunks, level + 1) + node] = below[2 * node] + below[2 * node + 1];
                }
                join(line, count, (u32)own, (u32)size, group);
            }
            __syncthreads();
        }
    }
}
