// The threads of a CUDA block as fibers of one host thread: stacks, switches, and who runs next (cuda_shim.h says how).
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#if !defined(__x86_64__) || defined(SHIM_UCONTEXT)
#undef SHIM_UCONTEXT
#define SHIM_UCONTEXT 1
#include <ucontext.h>
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};
static dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace shim {

constexpr unsigned MAX_THREADS = 1024, MAX_WARPS = MAX_THREADS / 32, MAIN = MAX_THREADS;  // MAIN: who launched
constexpr size_t STACK_BYTES = 128 * 1024;
struct Place {
    const char* file;
    int line;
};

struct Thread {
    const char* waits_at;  // where, and with whom: the lanes in the mask, or 0 for the whole block
    unsigned mask;
    Place place;
    bool ended;
    unsigned source;           // lane that a shuffle reads from
    uint64_t given, received;  // bits of the lane's value in a collective, and of its answer
};

static Thread threads[MAX_THREADS];
static unsigned ready[MAX_WARPS], ready_warps;  // ready: bit l of word w is lane l of warp w
static unsigned current, round_order[MAX_THREADS], round_length, round_next;
static int schedule;
static uint64_t random_state;

[[noreturn]] __attribute__((format(printf, 1, 2))) inline void fail(const char* format, ...) {
    fprintf(stderr, "cuda_shim: block %u, thread %u: ", blockIdx.x, current);
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    fflush(stderr);
    abort();
}

inline unsigned random_below(unsigned n) {
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return unsigned((random_state >> 32) * n >> 32);
}

// ---- contexts: one stack a thread, each with a guard page below it

static char* stack_of(unsigned thread) {
    static const size_t page = size_t(sysconf(_SC_PAGESIZE)), stride = page + STACK_BYTES;
    static char* const all = static_cast<char*>(mmap(nullptr, MAX_THREADS * stride, PROT_READ | PROT_WRITE,
                                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    static unsigned guarded = 0;
    if (all == MAP_FAILED) fail("no memory for the stacks");
    for (; guarded <= thread; guarded++) mprotect(all + guarded * stride, page, PROT_NONE);
    return all + thread * stride + page;
}

inline size_t usable_stack(unsigned thread) {  // tops staggered, else the hot ends of all stacks share one cache set
    return STACK_BYTES - thread % 16 * 256;
}

[[noreturn]] inline void fiber();  // what a new stack begins with: cuda_meetings.h

#ifdef SHIM_UCONTEXT
static ucontext_t contexts[MAX_THREADS + 1];
inline void prepare(unsigned thread) {
    ucontext_t& context = contexts[thread];
    getcontext(&context);
    context.uc_stack.ss_sp = stack_of(thread);
    context.uc_stack.ss_size = usable_stack(thread);
    context.uc_link = nullptr;
    makecontext(&context, fiber, 0);
}
inline void swap(unsigned from, unsigned to) { swapcontext(&contexts[from], &contexts[to]); }
#else
// A switch without a system call: what a function must preserve goes on the stack, then the stack is exchanged.
extern "C" __attribute__((visibility("hidden"))) void shim_swap(void** from, void* to);
asm(R"(
    .text
    .type shim_swap, @function
shim_swap:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size shim_swap, .-shim_swap
)");
static void* contexts[MAX_THREADS + 1];
inline void prepare(unsigned thread) {
    void** top = reinterpret_cast<void**>(stack_of(thread) + usable_stack(thread));
    *--top = nullptr;  // no caller; and the stack is aligned as after a call
    *--top = reinterpret_cast<void*>(fiber);
    for (int saved = 0; saved < 6; saved++) *--top = nullptr;
    contexts[thread] = top;
}
inline void swap(unsigned from, unsigned to) { shim_swap(&contexts[from], contexts[to]); }
#endif

#ifdef __SANITIZE_ADDRESS__
static const void* main_stack;
static size_t main_stack_bytes;
static unsigned came_from;
inline void landed(void* fake_stack) {
    const void* bottom;
    size_t bytes;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &bytes);
    if (came_from == MAIN) main_stack = bottom, main_stack_bytes = bytes;
}
inline void forget_frames(unsigned thread) {  // of the fiber that ended here: they never returned
    constexpr size_t LAST_FRAMES = 8 * 1024;
    __asan_unpoison_memory_region(stack_of(thread) + STACK_BYTES - LAST_FRAMES, LAST_FRAMES);
}
inline void switch_to(unsigned to) {
    unsigned from = came_from = current;
    void* fake_stack = nullptr;
    bool leaves = from != MAIN && threads[from].ended;
    __sanitizer_start_switch_fiber(leaves ? nullptr : &fake_stack, to == MAIN ? main_stack : stack_of(to),
                                   to == MAIN ? main_stack_bytes : STACK_BYTES);
    current = threadIdx.x = to;
    swap(from, to);
    landed(fake_stack);
}
#else
inline void landed(void*) {}
inline void forget_frames(unsigned) {}
inline void switch_to(unsigned to) {
    unsigned from = current;
    current = threadIdx.x = to;
    swap(from, to);
}
#endif

// ---- who runs next

inline unsigned take_ready(unsigned warp, unsigned lane) {
    ready[warp] &= ~(1u << lane);
    if (!ready[warp]) ready_warps &= ~(1u << warp);
    return 32 * warp + lane;
}

inline void make_ready(unsigned warp, unsigned lanes) {
    ready[warp] |= lanes;
    ready_warps |= 1u << warp;
}

inline void draw_round() {  // half of the warps sit out, unless only they can go on
    unsigned warps = ready_warps & random_below(UINT_MAX);
    if (!warps) warps = ready_warps;
    round_length = round_next = 0;
    for (; warps; warps &= warps - 1) {
        unsigned warp = unsigned(__builtin_ctz(warps));
        while (ready[warp]) round_order[round_length++] = take_ready(warp, unsigned(__builtin_ctz(ready[warp])));
    }
    for (unsigned i = round_length; i > 1; i--) std::swap(round_order[i - 1], round_order[random_below(i)]);
}

inline unsigned next_thread() {
    if (schedule == 2) {
        if (round_next == round_length) draw_round();
        return round_next < round_length ? round_order[round_next++] : MAIN;
    }
    if (!ready_warps) return MAIN;
    unsigned warp = unsigned(schedule == 0 ? __builtin_ctz(ready_warps) : 31 - __builtin_clz(ready_warps));
    return take_ready(warp, unsigned(schedule == 0 ? __builtin_ctz(ready[warp]) : 31 - __builtin_clz(ready[warp])));
}

inline void give_way() {  // returns when it is this thread's turn again
    unsigned next = next_thread();
    if (next != current) switch_to(next);
}

inline void interleave() {  // a device may run others between any two instructions: let it show at atomics and fences
    if (schedule != 2 || random_below(8)) return;
    make_ready(current / 32, 1u << current % 32);
    give_way();
}

}  // namespace shim
