// Runs CUDA kernels on the host: include this, then the kernels' own source. g++ 12, -std=c++17.
//
// One block at a time; every CUDA thread is a fiber that runs until it meets others: at __syncthreads(), or at a warp
// collective, where it waits for the lanes of its mask. The last to come works out everybody's answer. If nobody can
// go on, or threads meet at different places, the process aborts with a sentence on stderr: it never waits for ever.
//
// Schedules, of the threads and of the blocks: 0 the lowest thread that can go on goes on, so a warp runs as far ahead
// of the later ones as the barriers let it; 1 the highest; 2 in rounds, each in a new random order, some warps
// sitting a round out, and atomics and fences give way to other threads now and then. A missing barrier shows as a
// wrong result under one of them. Not seen: the memory model, races between blocks, and what a device limits.
//
// Stricter than a device, on purpose: a lane that has ended may not be named in a mask, and all threads of a meeting
// come to the same line of the source. Shared memory is one dynamic array, SHARED_MEMORY(name), exactly as long as
// the launch says and filled with 0xCD before each block. A shuffle from a lane outside the mask gives 0xCD as well.
#pragma once
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "cuda_meetings.h"

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ _Pragma("GCC error \"shared memory is one dynamic array here: SHARED_MEMORY(name)\"")
#define SHARED_MEMORY(name) unsigned char* const name = shim::shared_memory

#define SHIM_PLACE shim::Place place = {__builtin_FILE(), __builtin_LINE()}  // as a default argument: the caller's line

namespace shim {

template <class T, class... Types> constexpr bool is_one_of = (std::is_same_v<T, Types> || ...);
template <class T> struct Given { using type = T; };
template <class T> using given = typename Given<T>::type;  // converts to T, does not decide what T is

template <class To, class From> To bits_as(From value) {  // also widens and narrows, with zeros
    To bits = {};
    memcpy(&bits, &value, sizeof(To) < sizeof(From) ? sizeof(To) : sizeof(From));
    return bits;
}

template <class Answer> void each_lane(Thread* lanes, unsigned mask, Answer answer) {
    for (; mask; mask &= mask - 1) {
        unsigned lane = unsigned(__builtin_ctz(mask));
        answer(lanes[lane], 1u << lane);
    }
}

inline unsigned ballot(const char* kind, unsigned mask, bool vote, Place place) {
    return unsigned(meet(kind, mask, vote, 0, place, [](Thread* lanes, unsigned all) {
        unsigned votes = 0;
        each_lane(lanes, all, [&](Thread& lane, unsigned bit) { votes |= lane.given ? bit : 0; });
        each_lane(lanes, all, [&](Thread& lane, unsigned) { lane.received = votes; });
    }));
}

template <class T> T shuffle(const char* kind, unsigned mask, T value, unsigned source, Place place) {
    static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "CUDA shuffles 4 or 8 bytes");
    return bits_as<T>(meet(kind, mask, bits_as<uint64_t>(value), source, place, [](Thread* lanes, unsigned all) {
        constexpr uint64_t poison = POISON * 0x0101010101010101ull;
        each_lane(lanes, all, [&](Thread& lane, unsigned) {
            lane.received = all >> lane.source & 1 ? lanes[lane.source].given : poison;
        });
    }));
}

template <class T, class Combine> T reduce(const char* kind, unsigned mask, T value, Place place, Combine combine) {
    static_assert(is_one_of<T, int, unsigned>, "CUDA reduces int and unsigned");
    return T(meet(kind, mask, uint64_t(value), 0, place, [combine](Thread* lanes, unsigned all) {
        T total = T(lanes[__builtin_ctz(all)].given);
        each_lane(lanes, all & (all - 1), [&](Thread& lane, unsigned) { total = combine(total, T(lane.given)); });
        each_lane(lanes, all, [&](Thread& lane, unsigned) { lane.received = uint64_t(total); });
    }));
}

template <class T, class Change> T atomic(T* address, Change change) {
    interleave();
    T old = *address;
    *address = change(old);
    return old;
}

}  // namespace shim

// ---- barriers, fences and warp collectives

inline void __syncthreads(SHIM_PLACE) { shim::meet_block(place); }
inline void __syncwarp(unsigned mask = ~0u, SHIM_PLACE) { shim::ballot("__syncwarp", mask, false, place); }
inline void __threadfence() { shim::interleave(); }
inline void __threadfence_block() { shim::interleave(); }

inline unsigned __ballot_sync(unsigned mask, int vote, SHIM_PLACE) {
    return shim::ballot("__ballot_sync", mask, vote, place);
}
inline int __any_sync(unsigned mask, int vote, SHIM_PLACE) {
    return shim::ballot("__any_sync", mask, vote, place) != 0;
}
inline int __all_sync(unsigned mask, int vote, SHIM_PLACE) {
    return shim::ballot("__all_sync", mask, vote, place) == mask;
}

// width: a power of two up to 32; a lane whose source lies beyond its segment of that many lanes keeps its own value.
template <class T> T __shfl_sync(unsigned mask, T value, int source, int width = 32, SHIM_PLACE) {
    unsigned lane = shim::current % 32, inside = unsigned(width) - 1;
    return shim::shuffle("__shfl_sync", mask, value, (lane & ~inside) | (unsigned(source) & inside), place);
}
template <class T> T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, SHIM_PLACE) {
    unsigned lane = shim::current % 32, inside = lane & (unsigned(width) - 1);
    return shim::shuffle("__shfl_up_sync", mask, value, delta <= inside ? lane - delta : lane, place);
}
template <class T> T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, SHIM_PLACE) {
    unsigned lane = shim::current % 32, after = unsigned(width) - 1 - (lane & (unsigned(width) - 1));
    return shim::shuffle("__shfl_down_sync", mask, value, delta <= after ? lane + delta : lane, place);
}
template <class T> T __shfl_xor_sync(unsigned mask, T value, int flip, int width = 32, SHIM_PLACE) {
    unsigned lane = shim::current % 32, source = lane ^ unsigned(flip), last = lane | (unsigned(width) - 1);
    return shim::shuffle("__shfl_xor_sync", mask, value, source <= last ? source : lane, place);
}

template <class T> unsigned __match_any_sync(unsigned mask, T value, SHIM_PLACE) {
    static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "CUDA matches 4 or 8 bytes");
    auto answer = [](shim::Thread* lanes, unsigned all) {
        shim::each_lane(lanes, all, [&](shim::Thread& lane, unsigned) {
            lane.received = 0;
            shim::each_lane(lanes, all, [&](shim::Thread& peer, unsigned bit) {
                lane.received |= peer.given == lane.given ? bit : 0;
            });
        });
    };
    return unsigned(shim::meet("__match_any_sync", mask, shim::bits_as<uint64_t>(value), 0, place, answer));
}
template <class T> T __reduce_add_sync(unsigned mask, T value, SHIM_PLACE) {
    return shim::reduce("__reduce_add_sync", mask, value, place, [](T a, T b) { return T(unsigned(a) + unsigned(b)); });
}
template <class T> T __reduce_min_sync(unsigned mask, T value, SHIM_PLACE) {
    return shim::reduce("__reduce_min_sync", mask, value, place, [](T a, T b) { return b < a ? b : a; });
}
template <class T> T __reduce_max_sync(unsigned mask, T value, SHIM_PLACE) {
    return shim::reduce("__reduce_max_sync", mask, value, place, [](T a, T b) { return a < b ? b : a; });
}

// ---- atomics: for the types that CUDA has, and no others

#define SHIM_ATOMIC(name, result, ...)                                                             \
    template <class T> T name(T* address, shim::given<T> value) {                                  \
        static_assert(shim::is_one_of<T, int, unsigned, __VA_ARGS__>, "CUDA has no " #name " of this type"); \
        return shim::atomic(address, [value](T old) { return result; });                           \
    }
SHIM_ATOMIC(atomicAnd, T(old & value), unsigned long long)
SHIM_ATOMIC(atomicOr, T(old | value), unsigned long long)
SHIM_ATOMIC(atomicXor, T(old ^ value), unsigned long long)
SHIM_ATOMIC(atomicMin, value < old ? value : old, unsigned long long, long long)
SHIM_ATOMIC(atomicMax, old < value ? value : old, unsigned long long, long long)
SHIM_ATOMIC(atomicExch, (void(old), value), unsigned long long, float)
template <class T> T atomicAdd(T* address, shim::given<T> value) {
    static_assert(shim::is_one_of<T, int, unsigned, unsigned long long, float, double>, "CUDA has no such atomicAdd");
    return shim::atomic(address, [value](T old) {
        if constexpr (std::is_same_v<T, int>) return int(unsigned(old) + unsigned(value));  // wraps
        else return old + value;
    });
}
template <class T> T atomicCAS(T* address, shim::given<T> expected, shim::given<T> value) {
    static_assert(shim::is_one_of<T, int, unsigned, unsigned long long>, "CUDA has no such atomicCAS");
    return shim::atomic(address, [expected, value](T old) { return old == expected ? value : old; });
}

// ---- bits, conversions, arithmetic

template <class T> T __ldg(const T* address) { return *address; }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz(unsigned(x)) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll(static_cast<unsigned long long>(x)) : 64; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline unsigned __brev(unsigned x) {
    unsigned reversed = 0;
    for (int bit = 0; bit < 32; bit++) reversed |= (x >> bit & 1) << (31 - bit);
    return reversed;
}
inline unsigned __umulhi(unsigned a, unsigned b) { return unsigned(uint64_t(a) * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}

inline unsigned __float_as_uint(float x) { return shim::bits_as<unsigned>(x); }
inline int __float_as_int(float x) { return shim::bits_as<int>(x); }
inline float __uint_as_float(unsigned x) { return shim::bits_as<float>(x); }
inline float __int_as_float(int x) { return shim::bits_as<float>(x); }
inline long long __double_as_longlong(double x) { return shim::bits_as<long long>(x); }
inline double __longlong_as_double(long long x) { return shim::bits_as<double>(x); }
inline long long __double2ll_rn(double x) {  // out of range: the nearest there is, as on the device
    if (x >= 9223372036854775808.0) return LLONG_MAX;
    return x >= -9223372036854775808.0 ? llrint(x) : LLONG_MIN;
}
inline float __double2float_rn(double x) { return float(x); }
inline double __ll2double_rn(long long x) { return double(x); }
inline double __dadd_rn(double a, double b) { return a + b; }  // -ffp-contract=off keeps these apart
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }

using std::isfinite;
using std::isinf;
using std::isnan;

namespace shim {
template <class A, class B> struct Extremum {  // CUDA's overloads: integers of one size, or floating-point numbers
    using type = std::common_type_t<decltype(+A()), decltype(+B())>;
    static_assert(std::is_floating_point_v<A> == std::is_floating_point_v<B>, "CUDA has no min or max of these types");
    static_assert(std::is_floating_point_v<A> || sizeof(+A()) == sizeof(+B()), "CUDA has no min or max of these types");
};
}  // namespace shim
template <class A, class B> auto min(A a, B b) {
    using T = typename shim::Extremum<A, B>::type;
    if constexpr (std::is_floating_point_v<T>) return T(std::fmin(T(a), T(b)));
    else return T(b) < T(a) ? T(b) : T(a);
}
template <class A, class B> auto max(A a, B b) {
    using T = typename shim::Extremum<A, B>::type;
    if constexpr (std::is_floating_point_v<T>) return T(std::fmax(T(a), T(b)));
    else return T(a) < T(b) ? T(b) : T(a);
}
