// Segments: ranges of the flat numbering of all weights that share by themselves: tensors, or the rows of one.  Their items
// are neighbours in the sorted line, and no cluster reaches across.

#if !PARTICLES

const u32 HEAVY = 0x80000000u, NO_FRAME = ALL;

struct Segment {
    const weight* in;
    weight* out;
    double pull, l1, rewind;  // pull: a = strength / (size - 1)
    u32 first, size;          // in the flat numbering
    u32 frame;                // the number of its frame (bins.cu), or NO_FRAME
    u32 bad;                  // a weight is NaN or infinite
    u32 begin, end;           // its items
};

// Describe `number` segments of one size that lie side by side: the rows of a matrix, or one tensor.
extern "C" __global__ void describe(Segment* segments, u32 from, u32 number, const weight* in, weight* out, u32 first, u32 size,
                                    double pull, double l1, double rewind, u32 frame) {
    for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < number; i += gridDim.x * blockDim.x)
        segments[from + i] = Segment{in + (u64)i * size, out + (u64)i * size, pull, l1, rewind, first + i * size, size,
                                     frame == NO_FRAME ? NO_FRAME : frame + i, 0, 0, 0};
}

// The last segment from `low` to `high` that does not begin after a place in the flat numbering.
__device__ inline u32 segment_at(const Segment* segments, u32 low, u32 high, u32 place) {
    while (low < high) {
        u32 middle = high - (high - low) / 2;
        if (segments[middle].first <= place) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

#endif
