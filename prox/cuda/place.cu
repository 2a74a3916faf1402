// From solved lines to answers: the value of each cluster, written to the places of its members.

#if PARTICLES

// For each rank: does a cluster begin there?  And if so, its mass, and the sums of mass times position and times velocity.
extern "C" __global__ void list_clusters(ITEM_PARAMETERS, const u32* item_count, LINE_PARAMETERS, u8* begins, double* cluster_mass,
                                         double* cluster_position, double* cluster_velocity) {
    auto items = WHOLE_ITEMS;
    Line<decltype(items)> line(items, tree, chunks, WHOLE_VERTICES);
    u32 count = *item_count;
    for (u32 rank = blockIdx.x * blockDim.x + threadIdx.x; rank < count; rank += gridDim.x * blockDim.x) {
        begins[rank] = line.vertices.contains(rank);
        if (!begins[rank]) continue;
        Sum sum = line.cluster(rank);
        cluster_mass[rank] = sum.mass;
        cluster_position[rank] = sum.position;
        cluster_velocity[rank] = sum.velocity;
    }
}

#else

// Where a cluster ends: mean + shift, soft-thresholded by l1; rewound towards the mean unless it is zero.
// The same expressions as `placed` in prox/minorant.py.
__device__ inline double placed(double mean, double shift, double rewind, double l1) {
    double z = mean + shift + 0.0;
    if (l1 > 0.0) {
        z = z > 0.0 ? fmax(z - l1, 0.0) : fmin(z + l1, 0.0);
        if (z == 0.0) return 0.0;
    }
    if (rewind == 0.0) return z;
    return mean + (1.0 - rewind) * (z - mean);
}

// The masses of a segment: those left of a rank, and all.
struct Mass {
    double before, all;
};

template <class Items>
__device__ inline Mass mass_around(const Line<Items>& line, const Segment& segment, u32 rank, u32 count) {
    u32 begin = SEGMENTED ? segment.begin : 0, end = SEGMENTED ? segment.end : count;
    return Mass{line.range(begin, rank).mass, line.range(begin, end).mass};
}

// The value of each cluster, as it will be written, at its first item.  A warp does a chunk at a time, so that what is left of
// the chunk is added up once for all of it.  Where they are not null, its mean, the mass on its
// right less that on its left, and its mass stand there too, and `begins` tells for each item whether it is a first one.
extern "C" __global__ void value_clusters(ITEM_PARAMETERS, const u32* item_count, LINE_PARAMETERS, weight* values, double* means,
                                          double* pulls, double* cluster_masses, u8* begins) {
    auto items = WHOLE_ITEMS;
    Line<decltype(items)> line(items, tree, chunks, WHOLE_VERTICES);
    u32 count = *item_count, warps = gridDim.x * (blockDim.x / 32);
    for (u32 chunk = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; (u64)chunk * CHUNK < count; chunk += warps) {
        u32 start = chunk * CHUNK, rank = start + threadIdx.x % 32, leader = key_segment(keys[start]);
        Mass of_first = mass_around(line, segments[leader], start, count);
        double own = rank < count ? line.item(rank).mass : 0.0, upto = own;
        for (u32 distance = 1; distance < 32; distance *= 2) {
            double other = __shfl_up_sync(ALL, upto, distance);
            if (threadIdx.x % 32 >= distance) upto = other + upto;
        }
        if (rank >= count) continue;
        bool first = line.vertices.contains(rank);
        if (begins) begins[rank] = first;
        if (!first) continue;
        u32 number = key_segment(keys[rank]), next = line.vertices.next(rank + 1);
        const Segment segment = segments[number];
        Mass around = of_first;
        if (number == leader) {
            around.before = of_first.before + (upto - own);
        } else {
            around = mass_around(line, segment, rank, count);
        }
        Sum sum = line.range(rank, next);
        double pull = around.all - 2.0 * around.before - sum.mass;  // 0 exactly for one cluster of all
        double mean = sum.moment / sum.mass;
        if (!(payload[rank] & HEAVY) && same_key(keys[rank], keys[next - 1])) mean = (double)unordered(key_bits(keys[rank]));
        double z = placed(mean, segment.pull * pull, segment.rewind, segment.l1);
        // Of finite weights, float64 sums may be infinite.
        if (segment.bad || !(z - z == 0.0)) z = mean = from_bits(0x7ff8000000000000ull);
        values[rank] = write_weight(z);
        if (!means) continue;
        means[rank] = mean;
        pulls[rank] = pull;
        cluster_masses[rank] = sum.mass;
    }
}

// Write the value of each item's cluster to where the item came from: a weight's place, or the slot of a closed bin.
// `labels`, if not null: for each weight, the first item of its cluster.
extern "C" __global__ void scatter_values(const sort_key* keys, const u32* payload, const Segment* segments, const u32* item_count,
                                          LINE_PARAMETERS, const weight* values, Frame* frames, u32* labels) {
    (void)tree, (void)chunks;
    u32 count = *item_count;
    for (u32 rank = blockIdx.x * blockDim.x + threadIdx.x; rank < count; rank += gridDim.x * blockDim.x) {
        u32 first = WHOLE_VERTICES.previous(rank), place = payload[rank];
        if (place & HEAVY) {
            frames[(place & ~HEAVY) / SLOTS].value[(place & ~HEAVY) % SLOTS] = values[first];
            continue;
        }
        const Segment& segment = segments[key_segment(keys[rank])];
        segment.out[place - segment.first] = values[first];
        if (labels) labels[place] = first;
    }
}

#endif
