// Numbers: the dtype of the weights, their order-preserving bits, and the keys that are sorted.
//
// DTYPE      0 float16, 1 bfloat16, 2 float32, 3 float64: what is read and written.
// SEGMENTED  1: keys carry the number of the weight's segment above its bits, so that one sort keeps segments apart.
//
// Weights are computed with as `real`: float, or double for float64.  Sums and comparisons are double throughout.
// Rounding: every value is rounded to nearest even from double, once (bfloat16: by way of float).
// Compiled without contraction into FMA (NVRTC --fmad=false, g++ -ffp-contract=off), so that all compilers agree.

#ifndef SHARED_MEMORY
#define SHARED_MEMORY(name) extern __shared__ __align__(16) unsigned char name[]
#endif

typedef unsigned char u8;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#if DTYPE == 3
typedef double real;
typedef double weight;
typedef u64 real_bits;
#elif DTYPE == 2
typedef float real;
typedef float weight;
typedef u32 real_bits;
#else
typedef float real;
typedef unsigned short weight;
typedef u32 real_bits;
#endif

__device__ inline u64 bits_of(double x) { return (u64)__double_as_longlong(x); }
__device__ inline u32 bits_of(float x) { return __float_as_uint(x); }
__device__ inline double from_bits(u64 bits) { return __longlong_as_double((i64)bits); }
__device__ inline float from_bits(u32 bits) { return __uint_as_float(bits); }

// ---- reading and writing weights

#if DTYPE == 0
__device__ inline float read_weight(weight h) {
    u32 sign = (u32)(h & 0x8000u) << 16, exponent = (h >> 10) & 31u, fraction = h & 1023u;
    if (exponent == 0) {
        float small = (float)fraction * 5.9604644775390625e-8f;  // 2^-24
        return sign ? -small : small;
    }
    if (exponent == 31) return from_bits(sign | 0x7f800000u | fraction << 13);
    return from_bits(sign | (exponent + 112u) << 23 | fraction << 13);
}

__device__ inline weight write_weight(double z) {
    u32 sign = (u32)(bits_of(z) >> 63) << 15;
    double size = fabs(z);
    if (!(size < 65520.0)) return (weight)(sign | (size != size ? 0x7e00u : 0x7c00u));
    if (size < 6.103515625e-5) return (weight)(sign | (u32)rint(size * 16777216.0));  // below 2^-14, in units of 2^-24
    u64 bits = bits_of(size);
    bits += 0x1ffffffffffull + ((bits >> 42) & 1);
    return (weight)(sign | (u32)((bits >> 42) - (1008ull << 10)));
}
#elif DTYPE == 1
__device__ inline float read_weight(weight h) { return from_bits((u32)h << 16); }

__device__ inline weight write_weight(double z) {
    u32 bits = bits_of((float)z);
    if (z != z) return (weight)(bits >> 16 | 0x40u);
    return (weight)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
#else
__device__ inline real read_weight(weight w) { return w; }
__device__ inline weight write_weight(double z) { return (weight)z; }
#endif

// ---- order-preserving bits: negative numbers flip all bits, others the sign

__device__ inline u32 ordered(float x) {
    u32 bits = bits_of(x + 0.0f);  // -0.0 becomes 0.0: they are equal weights
    return bits ^ (0x80000000u | (0u - (bits >> 31)));
}
__device__ inline u64 ordered(double x) {
    u64 bits = bits_of(x + 0.0);
    return bits ^ (0x8000000000000000ull | (0ull - (bits >> 63)));
}
__device__ inline float unordered(u32 bits) { return from_bits(bits ^ (0x80000000u | ((bits >> 31) - 1u))); }
__device__ inline double unordered(u64 bits) {
    return from_bits(bits ^ (0x8000000000000000ull | ((bits >> 63) - 1ull)));
}

// ---- keys: byte 0, 1, ... of the weight's bits, then of the segment's number, are sorted by in turn

#if SEGMENTED && DTYPE == 3
struct __align__(16) sort_key {
    u64 bits;
    u32 segment, unused;
};
__device__ inline sort_key make_key(real_bits bits, u32 segment) { return sort_key{bits, segment, 0}; }
__device__ inline real_bits key_bits(sort_key key) { return key.bits; }
__device__ inline u32 key_segment(sort_key key) { return key.segment; }
__device__ inline u32 digit(sort_key key, int pass) {
    return (u32)(pass < 8 ? key.bits >> (8 * pass) : key.segment >> (8 * (pass - 8))) & 255u;
}
#elif SEGMENTED
typedef u64 sort_key;
__device__ inline sort_key make_key(real_bits bits, u32 segment) { return (u64)segment << 32 | bits; }
__device__ inline real_bits key_bits(sort_key key) { return (u32)key; }
__device__ inline u32 key_segment(sort_key key) { return (u32)(key >> 32); }
__device__ inline u32 digit(sort_key key, int pass) { return (u32)(key >> (8 * pass)) & 255u; }
#else
typedef real_bits sort_key;
__device__ inline sort_key make_key(real_bits bits, u32) { return bits; }
__device__ inline real_bits key_bits(sort_key key) { return key; }
__device__ inline u32 key_segment(sort_key) { return 0; }
__device__ inline u32 digit(sort_key key, int pass) { return (u32)(key >> (8 * pass)) & 255u; }
#endif
