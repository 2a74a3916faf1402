// Where the threads of a block wait for each other: barrier, warp collectives, the end of the block; and the launch.
#pragma once
#include <cstring>
#include <type_traits>

#include "cuda_fibers.h"

namespace shim {

#ifdef __SANITIZE_ADDRESS__
constexpr size_t FENCE_BYTES = 0;  // the sanitizer sees an overrun of shared memory, reads too
#else
constexpr size_t FENCE_BYTES = 256;  // behind shared memory: written bytes betray an overrun
#endif
constexpr unsigned char POISON = 0xCD, FENCE = 0xA5;

struct Meeting {
    const char* kind;
    unsigned mask, arrived;  // lanes of a warp; of the block's barrier, arrived is the number of threads
    Place place;
};
static Meeting barrier, meetings[MAX_WARPS][32];  // open ones only; those of a warp are told apart by their masks
static unsigned open_meetings[MAX_WARPS], ended;
static unsigned char* shared_memory;
static void (*run_kernel)(void**);
static void** kernel_arguments;

// ---- the end of a block, good or bad

[[noreturn]] inline void fiber() {
    landed(nullptr);
    run_kernel(kernel_arguments);
    threads[current].ended = true;
    ended++;
    switch_to(next_thread());
    __builtin_unreachable();
}

inline bool alike(const Thread& a, const Thread& b) {
    return a.ended == b.ended && (a.ended || (a.waits_at == b.waits_at && a.mask == b.mask &&
                                              a.place.line == b.place.line));
}

[[noreturn]] inline void stuck() {  // one line for each different thing that threads wait for
    fprintf(stderr, "cuda_shim: block %u cannot go on: its threads wait at different places\n", blockIdx.x);
    for (unsigned i = 0; i < blockDim.x; i++) {
        unsigned first = 0, count = 0;
        while (!alike(threads[first], threads[i])) first++;
        if (first < i) continue;
        for (unsigned j = i; j < blockDim.x; j++) count += alike(threads[i], threads[j]);
        fprintf(stderr, "  thread %u (and %u more) ", i, count - 1);
        const Thread& thread = threads[i];
        if (thread.ended) {
            fprintf(stderr, "has ended\n");
            continue;
        }
        fprintf(stderr, "waits at %s", thread.waits_at);
        if (thread.mask) fprintf(stderr, " of lanes %08x", thread.mask);
        fprintf(stderr, ", %s:%d\n", thread.place.file, thread.place.line);
    }
    fflush(stderr);
    abort();
}

inline void run_block(size_t shared_bytes) {
    memset(shared_memory, POISON, shared_bytes);
    memset(shared_memory + shared_bytes, FENCE, FENCE_BYTES);
    ended = barrier.arrived = round_length = round_next = 0;
    for (unsigned thread = 0; thread < blockDim.x; thread++) {
        threads[thread] = Thread{};
        forget_frames(thread);
        prepare(thread);
        make_ready(thread / 32, 1u << thread % 32);
    }
    current = MAIN;
    switch_to(next_thread());
    if (ended < blockDim.x) stuck();
    for (size_t i = 0; i < FENCE_BYTES; i++)
        if (shared_memory[shared_bytes + i] != FENCE)
            fail("the block wrote to byte %zu of its %zu bytes of shared memory", shared_bytes + i, shared_bytes);
}

struct Launch {
    unsigned blocks, block_threads;
    size_t shared_bytes;
    int schedule;
    uint64_t seed;
};

inline void run_grid(const Launch& launch) {
    gridDim.x = launch.blocks, blockDim.x = launch.block_threads;
    schedule = launch.schedule, random_state = launch.seed;
    shared_memory = static_cast<unsigned char*>(malloc(launch.shared_bytes + FENCE_BYTES));
    unsigned* order = static_cast<unsigned*>(malloc(launch.blocks * sizeof(unsigned)));
    for (unsigned i = 0; i < launch.blocks; i++) order[i] = schedule == 1 ? launch.blocks - 1 - i : i;
    if (schedule == 2)
        for (unsigned i = launch.blocks; i > 1; i--) std::swap(order[i - 1], order[random_below(i)]);
    for (unsigned i = 0; i < launch.blocks; i++) {
        blockIdx.x = order[i];
        run_block(launch.shared_bytes);
    }
    free(order);
    free(shared_memory);
}

template <class... P> struct Unpacked {  // the arguments by address, as cudaLaunchKernel takes them
    template <void (*kernel)(P...), size_t... I> static void call(void** arguments, std::index_sequence<I...>) {
        kernel(*static_cast<std::remove_cv_t<P>*>(arguments[I])...);
    }
    template <void (*kernel)(P...)> static void run(void** arguments) {
        call<kernel>(arguments, std::index_sequence_for<P...>());
    }
};

template <auto kernel, class... P> void launch_as(void (*)(P...), const Launch& launch, void** arguments) {
    run_kernel = Unpacked<P...>::template run<kernel>;
    kernel_arguments = arguments;
    run_grid(launch);
}

template <auto kernel> void launch(const Launch& launch, void** arguments) {
    launch_as<kernel>(kernel, launch, arguments);
}

// What a kernel's parameters are: bytes of each and 'f' floating, 'i' integer, 'p' pointer (then its target's bytes).
template <class P> constexpr size_t bytes_of() {
    using Target = std::remove_pointer_t<P>;
    if constexpr (!std::is_pointer_v<P>) return sizeof(P);
    else if constexpr (std::is_void_v<Target>) return 1;
    else return sizeof(Target);
}
template <class... P> int describe(void (*)(P...), char* kinds, size_t* bytes) {
    const char all_kinds[] = {(std::is_pointer_v<P> ? 'p' : std::is_floating_point_v<P> ? 'f' : 'i')..., '\0'};
    const size_t all_bytes[] = {bytes_of<P>()..., 0};
    memcpy(kinds, all_kinds, sizeof all_kinds);
    memcpy(bytes, all_bytes, sizeof all_bytes);
    return int(sizeof...(P));
}

// ---- meetings

inline void wait_at(const char* kind, unsigned mask, Place place) {
    Thread& me = threads[current];
    me.waits_at = kind, me.mask = mask, me.place = place;
    give_way();
}

inline void meet_block(Place place) {
    if (!barrier.arrived) barrier.place = place;
    if (barrier.place.line != place.line)
        fail("waits at __syncthreads, %s:%d, while others wait at the one at %s:%d", place.file, place.line,
             barrier.place.file, barrier.place.line);
    if (++barrier.arrived == blockDim.x) {
        barrier.arrived = 0;
        for (unsigned warp = 0; warp * 32 < blockDim.x; warp++) {
            unsigned lanes = blockDim.x - warp * 32;
            make_ready(warp, lanes >= 32 ? ~0u : (1u << lanes) - 1);
        }
    }
    wait_at("__syncthreads", 0, place);
}

inline Meeting& meeting_of(unsigned warp, const char* kind, unsigned mask, Place place) {
    Meeting* meeting = meetings[warp];
    Meeting* end = meeting + open_meetings[warp];
    while (meeting < end && meeting->mask != mask) meeting++;
    if (meeting == end) {
        open_meetings[warp]++;
        *meeting = Meeting{kind, mask, 0, place};
    }
    if (meeting->kind != kind || meeting->place.line != place.line)
        fail("comes to %s of lanes %08x, %s:%d, while others of these lanes wait at %s, %s:%d", kind, mask, place.file,
             place.line, meeting->kind, meeting->place.file, meeting->place.line);
    return *meeting;
}

// Waits for the lanes of the mask; `answer`, called once, by the last of them, fills in what each lane received.
template <class Answer>
uint64_t meet(const char* kind, unsigned mask, uint64_t given, unsigned source, Place place, Answer answer) {
    unsigned self = current, warp = self / 32, lane = self % 32, lanes = blockDim.x - warp * 32;
    if (!(mask >> lane & 1) || (lanes < 32 && mask >> lanes))
        fail("calls %s with the mask %08x from lane %u of a warp of %u, %s:%d", kind, mask, lane,
             lanes < 32 ? lanes : 32, place.file, place.line);
    Meeting& meeting = meeting_of(warp, kind, mask, place);
    threads[self].given = given, threads[self].source = source;
    meeting.arrived |= 1u << lane;
    if (meeting.arrived == mask) {
        answer(threads + 32 * warp, mask);
        make_ready(warp, mask);
        meeting = meetings[warp][--open_meetings[warp]];
    }
    wait_at(kind, mask, place);
    return threads[self].received;
}

}  // namespace shim
