// Vertices: the set of first ranks of clusters, in a tree of bits 32 wide.
//
// Bit j of level k says that a vertex lies in the ranks j 32^k .. (j + 1) 32^k - 1.  It counts only if the bits above it
// are set: a whole range of vertices is cleared by two words a level, however many lie in it, and what is below a
// cleared bit is stale.  So joining two blocks costs O(levels) in the worst case, and nothing is ever compacted.
// Invariant: under a bit that counts there is a vertex.  Bits are only ever cleared.
//
// Level k begins at words + k * stride; the topmost level is one word.  The rank after the last one is a vertex too.
// Blocks of ranks may be joined at the same time: bits are cleared atomically, and a search inside a block meets no
// bit of another one but that of its end.

const u32 ALL = 0xffffffffu;

struct Vertices {
    u32* words;
    u32 stride;
    int levels;

    __device__ u32& word(int level, u32 index) const { return words[(u64)level * stride + index]; }

    // The level from which on upwards the bits over this rank are not set; 0 where all are.
    __device__ __forceinline__ int cut(u32 rank) const {
#pragma unroll 1
        for (int k = levels - 1; k > 0; k--) {
            u32 bit = rank >> (5 * k);
            if (!(word(k, bit >> 5) >> (bit & 31u) & 1u)) return k;
        }
        return 0;
    }

    // The last vertex at or before a rank; there is one.
    __device__ __forceinline__ u32 previous(u32 rank) const {
        int k = cut(rank);
        u32 bit = rank >> (5 * k);
        u32 found = word(k, bit >> 5) & (ALL >> (31u - (bit & 31u)));
#pragma unroll 1
        while (!found) {
            k++;
            bit >>= 5;
            found = word(k, bit >> 5) & ~(ALL << (bit & 31u));
        }
        bit = (bit & ~31u) + 31u - __clz((int)found);
#pragma unroll 1
        for (; k > 0; k--) bit = (bit << 5) + 31u - __clz((int)word(k - 1, bit));
        return bit;
    }

    // The first vertex at or after a rank; there is one.
    __device__ __forceinline__ u32 next(u32 rank) const {
        int k = cut(rank);
        u32 bit = rank >> (5 * k);
        u32 found = word(k, bit >> 5) & (ALL << (bit & 31u));
#pragma unroll 1
        while (!found) {
            k++;
            bit >>= 5;
            found = word(k, bit >> 5) & ((ALL << 1) << (bit & 31u));
        }
        bit = (bit & ~31u) + __ffs((int)found) - 1;
#pragma unroll 1
        for (; k > 0; k--) bit = (bit << 5) + __ffs((int)word(k - 1, bit)) - 1;
        return bit;
    }

    __device__ bool contains(u32 rank) const { return !cut(rank) && (word(0, rank >> 5) >> (rank & 31u) & 1u); }

    // Clear bits of one word; what is left of it.
    __device__ u32 clear_bits(int level, u32 index, u32 bits) const {
        return atomicAnd(&word(level, index), ~bits) & ~bits;
    }

    // Clear all vertices strictly between two vertices.
    __device__ __forceinline__ void clear_between(u32 left, u32 right) const {
        u32 first = left + 1, last = right - 1;  // the bits to clear at level k
#pragma unroll 1
        for (int k = 0; k < levels && first <= last; k++) {
            u32 low = first >> 5, high = last >> 5;
            u32 from = ALL << (first & 31u), to = ALL >> (31u - (last & 31u));
            if (low == high) {
                if (clear_bits(k, low, from & to)) return;
                first = last = low;
                continue;
            }
            first = clear_bits(k, low, from) ? low + 1 : low;
            last = clear_bits(k, high, to) ? high - 1 : high;
        }
    }
};
