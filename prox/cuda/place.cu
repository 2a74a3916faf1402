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

// The value of each cluster, as it will be written, at its first item.  Where they are not null, its mean, the mass on its
// right less that on its left, and its mass stand there too, and `begins` tells for each item whether it is a first one.
extern "C" __global__ void value_clusters(ITEM_PARAMETERS, const u32* item_count, LINE_PARAMETERS, weight* values, double* means,
                                          double* pulls, double* cluster_masses, u8* begins) {
    auto items = WHOLE_ITEMS;
    Line<decltype(items)> line(items, tree, chunks, WHOLE_VERTICES);
    u32 count = *item_count;
    for (u32 rank = blockIdx.x * blockDim.x + threadIdx.x; rank < count; rank += gridDim.x * blockDim.x) {
        bool first = line.vertices.contains(rank);
        if (begins) begins[rank] = first;
        if (!first) continue;
        u32 number = key_segment(keys[rank]);
        Segment segment = segments[number];
        u32 begin = SEGMENTED ? segment.begin : 0, end = SEGMENTED ? segment.end : count;
        u32 next = line.vertices.next(rank + 1);
        Sum sum = line.range(rank, next);
        // 0 exactly for one cluster of all
        double pull = line.range(next, end).mass - line.range(begin, rank).mass;
        double mean = sum.moment / sum.mass;
        if (!(payload[rank] & HEAVY) && same_key(keys[rank], keys[next - 1])) mean = (double)unordered(key_bits(keys[rank]));
        double z = placed(mean, segment.pull * pull, segment.rewind, segment.l1);
        if (segment.bad) z = mean = from_bits(0x7ff8000000000000ull);
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
