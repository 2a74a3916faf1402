// The convex minorant of sorted items by chunks, tiles and bridges: the fast twin of prox/steps.py.
//
// An item has a mass and a moment, the sum of mass times position; the prox lets masses pull on one another.  A cluster is
// a range of ranks.  Blocks of 32 ranks (chunks) are solved by one thread each with a stack, then blocks are joined in
// pairs: 64, 128, ... ranks.  Joining two solved blocks means finding the one new cluster, the bridge, that straddles their
// border: its left end is searched by all lanes of a group at once, first at all scales, then (lanes + 1)-ary; each probe
// finds the right end by galloping and bisection.  All ranks of a tile are in one thread block.
//
// Invariant: after the join of blocks of 2^l ranks every such block is solved as if it were alone.  That makes the state
// unique, and equal to that of `steps` after its step l.
// Depth O(log^2 n) comparisons a level; work O(n), with no term in the sizes of clusters.
//
// Sums of ranges are added up from items and from a binary tree over chunk sums, never subtracted: a few ulps of the
// members themselves, small integers exact, and the same bits for any launch shape.  The contact predicate is `touching` of
// particles/state.py.
//
// Source: bridges after Overmars and van Leeuwen, Maintenance of configurations in the plane, 1981; blocks after
// SearchCollisions in arXiv 2311.03096.

#ifndef TILE_CHUNKS
#define TILE_CHUNKS 64
#endif
const u32 CHUNK = 32;
const u32 TILE = CHUNK * TILE_CHUNKS;  // ranks
const int TILE_LEVELS = 3;             // of bits: 2048 ranks and one more
const u32 TILE_STRIDE = TILE_CHUNKS + 1;
#define MERGE_THREADS 512
const int MERGE_LEVELS = 5;  // joins of pairs in one launch: 16, 8, ... 1 by a warp each

// ---- sums

#if PARTICLES
struct Sum {
    double mass, moment, position, velocity;  // moment: mass times where it flies to; the others: mass times each at time 0
};
__device__ inline Sum operator+(Sum a, Sum b) {
    return Sum{a.mass + b.mass, a.moment + b.moment, a.position + b.position, a.velocity + b.velocity};
}
__device__ inline Sum no_sum() { return Sum{0.0, 0.0, 0.0, 0.0}; }
#else
struct Sum {
    double mass, moment;
};
__device__ inline Sum operator+(Sum a, Sum b) { return Sum{a.mass + b.mass, a.moment + b.moment}; }
__device__ inline Sum no_sum() { return Sum{0.0, 0.0}; }
#endif

// Is the left range's position at or beyond that of its right neighbour, once each pulls the other with pull = a times its
// mass?  (All else pulls both alike.)  For particles in free flight pull is 0; where weights do not pull, only equal ones
// are one cluster (`tied`), which is not left to rounding.
__device__ inline bool touching(Sum left, Sum right, double pull) {
#if PARTICLES
    (void)pull;
    return left.moment * right.mass >= right.moment * left.mass;
#else
    double moved_left = left.moment + pull * (left.mass * left.mass);
    double moved_right = right.moment - pull * (right.mass * right.mass);
    return pull > 0.0 && moved_left * right.mass >= moved_right * left.mass;
#endif
}

// Where the tree of sums over `chunks` (a power of two) has level k: nodes of 2^k chunks.
__device__ inline u32 level_of_sums(u32 chunks, int k) { return 2 * chunks - (2 * chunks >> k); }

// A line of items: Items says what an item is; `sums` is the tree over chunks.
template <class Items>
struct Line : Items {
    Sum* sums;
    u32 chunks;
    Vertices vertices;

    __device__ Line(Items items, Sum* s, u32 c, Vertices v) : Items(items), sums(s), chunks(c), vertices(v) {}

    __device__ __forceinline__ Sum few(u32 first, u32 stop) const {
        Sum total = no_sum();
#pragma unroll 1
        for (u32 rank = first; rank < stop; rank++) total = total + this->item(rank);
        return total;
    }

    // The sum over the ranks first .. stop - 1.
    __device__ __forceinline__ Sum range(u32 first, u32 stop) const {
        u32 low = (first + CHUNK - 1) / CHUNK, high = stop / CHUNK;
        if (low > high) return few(first, stop);
        Sum total = few(first, low * CHUNK);
        Sum tail = few(high * CHUNK, stop);
#pragma unroll 1
        for (int k = 0; low < high; k++, low >>= 1, high >>= 1) {
            const Sum* level = sums + level_of_sums(chunks, k);
            if (low & 1u) total = total + level[low++];
            if (high & 1u) tail = level[--high] + tail;
        }
        return total + tail;
    }

    // The sum of the cluster that begins at a vertex.
    __device__ __forceinline__ Sum cluster(u32 vertex) const { return range(vertex, vertices.next(vertex + 1)); }
};

// ---- chunks: one thread each, a stack of at most 32 clusters in the bits of a word

template <class Items>
__device__ __forceinline__ u32 solve_chunk(const Line<Items>& line, u32 first, u32 stop, Sum& total) {
    u32 stack = 0, top_begin = 0;
    Sum top = no_sum();
    total = no_sum();
    for (u32 rank = first; rank < stop; rank++) {
        Sum here = line.item(rank);
        total = total + here;
        u32 begin = rank - first;
        double pull = line.pull(rank);
        bool tied = rank > first && line.tied(rank);
        if (stack && line.together(rank)) {
            u32 left = top_begin;
            Sum below = top;
            while (tied || touching(below, here, pull)) {
                tied = false;
                here = below + here;
                begin = left;
                stack ^= 1u << left;
                if (!stack) break;
                left = 31 - __clz((int)stack);
                if (!line.together(first + begin)) break;
                below = line.few(first + left, first + begin);
            }
        }
        stack |= 1u << begin;
        top_begin = begin;
        top = here;
    }
    return stack;
}

// ---- bridges: a group of lanes (a power of two) joins the blocks start .. border - 1 and border .. stop - 1

struct Group {
    u32 mask;
    int lanes, lane;
};

__device__ inline Group group_of(int lanes) {
    int lane = (int)(threadIdx.x & 31u);
    u32 mask = lanes == 32 ? ALL : ((1u << lanes) - 1u) << (lane & ~(lanes - 1));
    return Group{mask, lanes, lane & (lanes - 1)};
}

__device__ inline u32 group_max(Group group, u32 value) {
    for (int distance = group.lanes / 2; distance; distance /= 2) {
        u32 other = __shfl_xor_sync(group.mask, value, distance, group.lanes);
        value = other > value ? other : value;
    }
    return value;
}

template <class Items>
struct Bridge {
    const Line<Items>& line;
    u32 start, border, stop;
    double pull;

    // Does what has been swept up to the vertex, beginning with `left` before the border, take in the cluster there?
    __device__ __forceinline__ bool takes(Sum left, u32 vertex) const {
        return line.same_segment(border, vertex) && touching(left + line.range(border, vertex), line.cluster(vertex), pull);
    }

    // The first vertex right of the border that `left` does not reach, sweeping up all before it; at or after `known`.
    // Gallop, then bisect: yes, yes, ..., no, no.
    __device__ __forceinline__ u32 sweep(Sum left, u32 known) const {
        u32 low = known, high = stop, step = 1;  // step 0: the gallop is over
#pragma unroll 1
        while (low < high) {
            u32 ahead = step ? step - 1 : (high - low - 1) / 2;
            u32 probe = line.vertices.previous(ahead < high - low ? low + ahead : high - 1);
            if (takes(left, probe)) {
                low = line.vertices.next(probe + 1);
                step = 2 * step;  // from 2^31 on it is over, too
            } else {
                high = probe;
                step = 0;
            }
        }
        return low;
    }

    // Is the cluster at a vertex of the left block part of the bridge?  `reach`: in, a vertex known to be no farther than
    // the right end of the bridge; out, that or a farther one.  (No probe sweeps farther than the bridge does; and
    // whatever lies between a part's own reach and that end is left of the part, so it may be counted in.)
    __device__ __forceinline__ bool is_part(u32 vertex, u32& reach) const {
        if (!line.same_segment(vertex, border)) return false;
        u32 after = line.vertices.next(vertex + 1);
        Sum own = line.range(vertex, after), rest = line.range(after, border);
        reach = sweep(own + rest, reach);
        return touching(own, rest + line.range(border, reach), pull);
    }

    // All lanes of the group call it.  Returns whether there is a bridge, and its ends.
    __device__ __forceinline__ bool find(Group group, u32& left, u32& right) const {
        if (!line.together(border)) return false;
        u32 reach = line.vertices.next(border + 1);
        left = line.vertices.previous(border - 1);
        if (!line.tied(border) && !touching(line.range(left, border), line.range(border, reach), pull)) return false;
        u32 bound = start;  // no part of the bridge is left of this vertex; `left` is a part
        int scale = 0;      // bits by which the distances of the first probes grow from lane to lane
        while ((1ull << (scale * group.lanes)) < border - start) scale++;
        bool far = true, found = false;
#pragma unroll 1
        while (!found) {
            found = bound >= left;  // then the last round: all lanes sweep from the left end
            u32 span = found ? 0 : left - bound;
            u64 even = (u64)(span - 1) * (2 * group.lane + 1) >> (1 + __popc(group.lanes - 1));  // evenly spread
            u64 distance = far ? 1ull << (scale * group.lane) : 1 + even;
            u32 probe = found ? left : line.vertices.previous(distance < span ? left - (u32)distance : bound);
            u32 swept = reach;
            bool part = is_part(probe, swept);
            int parts = __popc(__ballot_sync(group.mask, part) & group.mask);  // near ones are, far ones are not
            reach = group_max(group, swept);
            u32 last_part = __shfl_sync(group.mask, probe, parts ? parts - 1 : 0, group.lanes);
            u32 first_other = __shfl_sync(group.mask, probe, parts < group.lanes ? parts : 0, group.lanes);
            if (found) break;
            if (parts < group.lanes) bound = line.vertices.next(first_other + 1);
            if (parts) left = last_part;
            far = false;
        }
        right = reach;
        return true;
    }
};

template <class Items>
__device__ __forceinline__ void join(const Line<Items>& line, u32 count, u32 start, u32 half, Group group) {
    u32 border = start + half;
    if (border >= count) return;
    u32 stop = count - border > half ? border + half : count;
    Bridge<Items> bridge{line, start, border, stop, line.pull(border)};
    u32 left, right;
    // The last that lanes do to find it is to exchange their answers: none is still searching when bits are cleared.
    if (bridge.find(group, left, right) && group.lane == 0) line.vertices.clear_between(left, right);
}

// ---- one thread block solves the first blocks of 2^stop ranks of a line; all its threads call it

template <class Items>
__device__ __forceinline__ void solve_line(const Line<Items>& line, u32 count, int stop) {
    u32 threads = blockDim.x;
    for (u32 chunk = threadIdx.x; chunk < line.chunks; chunk += threads) {
        u32 first = chunk * CHUNK, end = count < first + CHUNK ? count : first + CHUNK;
        Sum total = no_sum();
        u32 word = first < end ? solve_chunk(line, first, end, total) : 0;
        line.sums[chunk] = total;
        if (chunk == count / CHUNK) word |= 1u << (count % CHUNK);
        line.vertices.word(0, chunk) = word;
    }
    if (threadIdx.x == 0) line.vertices.word(0, line.chunks) = count == line.chunks * CHUNK;
    __syncthreads();
    for (int k = 1; line.chunks >> k; k++) {
        Sum* level = line.sums + level_of_sums(line.chunks, k);
        const Sum* below = line.sums + level_of_sums(line.chunks, k - 1);
        for (u32 node = threadIdx.x; node < line.chunks >> k; node += threads)
            level[node] = below[2 * node] + below[2 * node + 1];
        __syncthreads();
    }
    u32 size = line.chunks + 1;
    for (int k = 1; k < line.vertices.levels; k++) {
        u32 words = (size + 31) / 32;
        for (u32 index = threadIdx.x; index < words; index += threads) {
            u32 bits = 0;
            for (u32 bit = 0; bit < 32 && 32 * index + bit < size; bit++)
                bits |= (u32)(line.vertices.word(k - 1, 32 * index + bit) != 0) << bit;
            line.vertices.word(k, index) = bits;
        }
        size = words;
        __syncthreads();
    }
    int level = 5;
    for (u32 half = CHUNK; half < count && level < stop; half *= 2, level++) {
        u32 joins = (count + 2 * half - 1) / (2 * half);
        int lanes = 32;
        while (lanes > 1 && (threads / lanes) < joins) lanes /= 2;
        Group group = group_of(lanes);
        for (u32 number = threadIdx.x / lanes; number < joins; number += threads / lanes)
            join(line, count, 2 * half * number, half, group);
        __syncthreads();
    }
}
