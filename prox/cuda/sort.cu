// Sorting: a stable radix sort of (key, payload) pairs whose number only the device knows.
//
// Least significant digit first, 8 bits a pass, passes 0, 1, ... as `digit` counts them.  A pass is three kernels, and
// no block waits for another: the sequence is the same for every *count, can be captured and never asks the host.
//   radix_count    table[digit][tile] = how often the digit occurs in the tile
//   radix_offsets  each row of the table -> its running sums, exclusive; totals[digit] = the row's sum
//   radix_scatter  a pair goes to  (totals of smaller digits) + table[digit][tile] + (its rank in its tile and digit)
// Invariant: after pass p the pairs stand in the order of digits 0..p, and equal ones in the order of the input.  Each
// pair's place is a number that no thread's timing can change, so grid and schedule leave the result as it is.
//
// Launch: SORT_THREADS threads; radix_offsets 256 blocks (one a digit), the others any number (tiles are dealt out in
// turn).  tiles = ceil(capacity / SORT_TILE) is the length of a row; only the first ceil(*count / SORT_TILE) entries
// are written or read.  *count <= 2^31 - 1; if it is 0, nothing is touched.  Nothing at or behind *count is touched.
// Input and output do not overlap.  Bytes of dynamic shared memory:
//   radix_count    1024
//   radix_offsets  SORT_THREADS / 8
//   radix_scatter  SORT_TILE * sizeof(sort_key) + SORT_THREADS * 32 + SORT_THREADS / 8 + 1024
// which is 25,632 (keys of 4 bytes) or 42,016 (8, and 16 with 8 items) by default.
//
// Global memory, bytes a pair and pass: sizeof(sort_key) to count, 2 sizeof(sort_key) + 8 to scatter, and 4096 /
// SORT_TILE for the table (written, scanned in place, read).  Float keys: 4 passes of 21, beside 16 for a copy of
// the pairs.

#ifndef SORT_THREADS
#define SORT_THREADS 256
#endif
#ifndef SORT_ITEMS
#if SEGMENTED && DTYPE == 3
#define SORT_ITEMS 8
#else
#define SORT_ITEMS 16
#endif
#endif
#ifdef __CUDACC__
#define UNROLLED _Pragma("unroll")
#else
#define UNROLLED
#endif

const u32 SORT_TILE = SORT_THREADS * SORT_ITEMS;
const u32 SORT_WARPS = SORT_THREADS / 32;
const u32 DIGITS = 256;
const u32 OWN_DIGITS = DIGITS / SORT_THREADS;  // how many digits a thread has to itself, next to each other
const u32 OWN_COUNTERS = OWN_DIGITS * SORT_WARPS;
const u32 ALL_LANES = 0xffffffffu;
static_assert(SORT_THREADS >= 32 && 256 % SORT_THREADS == 0, "SORT_THREADS is 32, 64, 128 or 256");

__device__ inline u32 filled_tiles(u32 count) { return (count + SORT_TILE - 1) / SORT_TILE; }

// The sum of the values of this lane and those below.
__device__ inline u32 sum_in_warp(u32 value) {
    u32 lane = threadIdx.x % 32;
    for (u32 step = 1; step < 32; step *= 2) {
        u32 below = __shfl_up_sync(ALL_LANES, value, step);
        if (lane >= step) value += below;
    }
    return value;
}

// The sum of the values of the threads before this one, and of all.  A barrier must lie between two calls.
__device__ inline u32 sum_before(u32 value, u32* warp_sums, u32& all) {
    u32 warp = threadIdx.x / 32, sum = sum_in_warp(value);
    if (threadIdx.x % 32 == 31) warp_sums[warp] = sum;
    __syncthreads();
    sum -= value;
    all = 0;
    for (u32 w = 0; w < SORT_WARPS; w++) {
        if (w < warp) sum += warp_sums[w];
        all += warp_sums[w];
    }
    return sum;
}

// A warp's 32 * SORT_ITEMS neighbours, every 32nd to a lane, `start` its first; `missing` from n on.
template <class T> __device__ inline void read_striped(const T* from, u32 start, u32 n, T missing, T* items) {
    UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
        u32 index = start + i * 32;
        items[i] = index < n ? from[index] : missing;
    }
}

extern "C" __global__ void __launch_bounds__(SORT_THREADS)
radix_count(const sort_key* keys, const u32* count, int pass, u32 tiles, u32* table) {
    SHARED_MEMORY(memory);
    u32* counter = (u32*)memory;
    u32 n = *count, filled = filled_tiles(n);
    for (u32 d = threadIdx.x; d < DIGITS; d += SORT_THREADS) counter[d] = 0;
    for (u32 tile = blockIdx.x; tile < filled; tile += gridDim.x) {
        u32 first = tile * SORT_TILE + threadIdx.x, d[SORT_ITEMS];
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
            u32 index = first + i * SORT_THREADS;
            d[i] = index < n ? digit(keys[index], pass) : DIGITS;
        }
        __syncthreads();
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
            if (d[i] < DIGITS) atomicAdd(&counter[d[i]], 1u);
        }
        __syncthreads();
        for (u32 own = threadIdx.x; own < DIGITS; own += SORT_THREADS) {
            table[(u64)own * tiles + tile] = counter[own];
            counter[own] = 0;
        }
    }
}

extern "C" __global__ void __launch_bounds__(SORT_THREADS)
radix_offsets(u32* table, const u32* count, u32 tiles, u32* totals) {
    SHARED_MEMORY(memory);
    u32* warp_sums = (u32*)memory;
    u32 filled = filled_tiles(*count), lane = threadIdx.x % 32, carry = 0;
    u32* row = table + (u64)blockIdx.x * tiles;
    for (u32 first = 0; first < filled; first += SORT_TILE) {  // a warp has 32 * SORT_ITEMS entries in a row
        u32 start = first + (threadIdx.x - lane) * SORT_ITEMS + lane, value[SORT_ITEMS], sum = 0, all;
        read_striped(row, start, filled, 0u, value);
        if (start - lane < filled) {  // all lanes agree: otherwise the warp has no entry
            UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
                u32 to_here = sum_in_warp(value[i]);
                value[i] = sum + to_here - value[i];
                sum += __shfl_sync(ALL_LANES, to_here, 31);
            }
        }
        u32 before = carry + sum_before(lane == 31 ? sum : 0, warp_sums, all);  // the warps before this one
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
            u32 index = start + i * 32;
            if (index < filled) row[index] = before + value[i];
        }
        carry += all;
        __syncthreads();
    }
    if (filled && threadIdx.x == 0) totals[blockIdx.x] = carry;
}

// Where each of the thread's own digits begins in the sorted pairs.
__device__ inline void start_digits(const u32* totals, u32* digit_start, u32* warp_sums) {
    u32 total[OWN_DIGITS], sum = 0, all;
    UNROLLED for (u32 k = 0; k < OWN_DIGITS; k++) {
        total[k] = totals[threadIdx.x * OWN_DIGITS + k];
        sum += total[k];
    }
    sum = sum_before(sum, warp_sums, all);
    UNROLLED for (u32 k = 0; k < OWN_DIGITS; k++) {
        digit_start[k] = sum;
        sum += total[k];
    }
}

// The lanes whose value (8 bits) is this lane's.
__device__ inline u32 lanes_with(u32 value) {
    u32 peers = ALL_LANES;
    UNROLLED for (u32 bit = 0; bit < 8; bit++) {
        bool set = value >> bit & 1u;
        u32 lanes = __ballot_sync(ALL_LANES, set);
        peers &= set ? lanes : ~lanes;
    }
    return peers;
}

// How many equal digits of the warp come before each item; counter (this warp's) ends as the number of each digit.
__device__ inline void rank_in_warp(const sort_key* key, int pass, u32* counter, u32* rank) {
    u32 lane = threadIdx.x % 32;
    UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) rank[i] = lanes_with(digit(key[i], pass));
    for (u32 d = lane; d < DIGITS; d += 32) counter[d] = 0;
    __syncwarp();
    UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
        u32 d = digit(key[i], pass), peers = rank[i];
        rank[i] = counter[d] + __popc(peers & ((1u << lane) - 1u));
        __syncwarp();
        if (peers >> lane == 1u) counter[d] = rank[i] + 1;  // the last of the peers
        __syncwarp();
    }
}

// Counts of (warp, digit) -> where in the sorted tile they begin; shift[digit] = place[digit] less where it begins.
__device__ inline void place_digits(const u32* place, u32* counter, u32* shift, u32* warp_sums) {
    u32 mine = threadIdx.x * OWN_COUNTERS, own[OWN_COUNTERS], sum = 0, all;
    UNROLLED for (u32 k = 0; k < OWN_COUNTERS; k++) {  // in the order of the sorted tile: by digit, then by warp
        own[k] = counter[(mine + k) % SORT_WARPS * DIGITS + (mine + k) / SORT_WARPS];
        sum += own[k];
    }
    sum = sum_before(sum, warp_sums, all);
    UNROLLED for (u32 k = 0; k < OWN_COUNTERS; k++) {
        u32 warp = k % SORT_WARPS, d = (mine + k) / SORT_WARPS;
        counter[warp * DIGITS + d] = sum;
        if (warp == 0) shift[d] = place[k / SORT_WARPS] - sum;
        sum += own[k];
    }
}

extern "C" __global__ void __launch_bounds__(SORT_THREADS)
radix_scatter(const sort_key* keys, const u32* payload, const u32* count, int pass, u32 tiles, const u32* table,
              const u32* totals, sort_key* keys_out, u32* payload_out) {
    SHARED_MEMORY(memory);
    sort_key* sorted_keys = (sort_key*)memory;
    u32* sorted_payload = (u32*)memory;  // in the same place, after the keys are gone
    u32* counters = (u32*)(sorted_keys + SORT_TILE);
    u32* shift = counters + SORT_WARPS * DIGITS;
    u32* warp_sums = shift + DIGITS;
    u32 n = *count, filled = filled_tiles(n), lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    if (blockIdx.x >= filled) return;

    u32 digit_start[OWN_DIGITS];
    start_digits(totals, digit_start, warp_sums);
    for (u32 tile = blockIdx.x; tile < filled; tile += gridDim.x) {
        sort_key key[SORT_ITEMS];
        u32 place[OWN_DIGITS], position[SORT_ITEMS], item[SORT_ITEMS], target[SORT_ITEMS];
        u32 first = tile * SORT_TILE, start = first + (threadIdx.x - lane) * SORT_ITEMS + lane;
        read_striped(keys, start, n, make_key(~(real_bits)0, ~0u), key);  // what is missing ends last: the greatest
        UNROLLED for (u32 k = 0; k < OWN_DIGITS; k++) {
            place[k] = digit_start[k] + table[(u64)(threadIdx.x * OWN_DIGITS + k) * tiles + tile];
        }
        u32* counter = counters + warp * DIGITS;
        rank_in_warp(key, pass, counter, position);
        __syncthreads();
        place_digits(place, counters, shift, warp_sums);
        __syncthreads();
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
            position[i] += counter[digit(key[i], pass)];
            sorted_keys[position[i]] = key[i];
        }
        read_striped(payload, start, n, 0u, item);
        __syncthreads();
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
            u32 j = i * SORT_THREADS + threadIdx.x;
            sort_key moved = sorted_keys[j];
            target[i] = shift[digit(moved, pass)] + j;
            if (first + j < n) keys_out[target[i]] = moved;
        }
        __syncthreads();
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) sorted_payload[position[i]] = item[i];
        __syncthreads();
        UNROLLED for (u32 i = 0; i < SORT_ITEMS; i++) {
            u32 j = i * SORT_THREADS + threadIdx.x;
            if (first + j < n) payload_out[target[i]] = sorted_payload[j];
        }
    }
}
