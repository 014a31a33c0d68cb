// Voxel lifting: each voxel sums up the points that fall into it, each pixel the gradients of its
// own points. Nobody adds to what somebody else owns, so there are no atomics, and the products of
// depth and feature are never stored. Features, voxels and their gradients have the channels last.
//
// Compiled with: HALF (features are float16; sums are float all the same), LANES (threads that share a voxel or a pixel; 32), ROWS
// (of them in a block), CHANNELS_PER_LANE (channels / LANES, rounded up).

#if HALF
// By the instructions themselves: the header of half is not everywhere where the compiler is.
typedef unsigned short scalar;
__device__ __forceinline__ float read_half(scalar bits)
{
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
__device__ __forceinline__ scalar write_half(float value)
{
    scalar bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
}
#define READ(value) read_half(value)
#define WRITE(value) write_half(value)
#else
typedef float scalar;
#define READ(value) (value)
#define WRITE(value) (value)
#endif

#ifndef LANE_SUM
// The lanes of a row are a warp.
__device__ __forceinline__ float lane_sum(float value)
{
    for (int step = LANES / 2; step > 0; step /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, step);
    return value;
}
#define LANE_SUM(value) lane_sum(value)
#endif

// One row of threads for each (batch, voxel that owns an interval).
extern "C" __global__ void lift_forward(
    const scalar* __restrict__ features,      // [batch][pixels][channels]
    const scalar* __restrict__ depth,         // [batch][points]
    const int* __restrict__ points, const int* __restrict__ pixels,
    const int* __restrict__ starts, const int* __restrict__ voxels,
    scalar* __restrict__ out,                 // [batch][num_voxels][channels], zero before
    int batch, int num_owners, int num_points, int num_pixels, int num_voxels, int channels)
{
    const long long work = (long long)blockIdx.x * ROWS + threadIdx.y;
    if (work >= (long long)batch * num_owners) return;
    const int item = (int)(work / num_owners), owner = (int)(work % num_owners);
    const scalar* weights = depth + (long long)item * num_points;
    const scalar* rows = features + (long long)item * num_pixels * channels;
    float sums[CHANNELS_PER_LANE];
#pragma unroll
    for (int part = 0; part < CHANNELS_PER_LANE; ++part) sums[part] = 0.0f;
    for (int at = starts[owner]; at < starts[owner + 1]; ++at) {
        const float weight = READ(weights[points[at]]);
        const scalar* row = rows + (long long)pixels[at] * channels;
#pragma unroll
        for (int part = 0; part < CHANNELS_PER_LANE; ++part) {
            const int channel = part * LANES + threadIdx.x;
            if (channel < channels) sums[part] += weight * READ(row[channel]);
        }
    }
    scalar* voxel = out + ((long long)item * num_voxels + voxels[owner]) * channels;
#pragma unroll
    for (int part = 0; part < CHANNELS_PER_LANE; ++part) {
        const int channel = part * LANES + threadIdx.x;
        if (channel < channels) voxel[channel] = WRITE(sums[part]);
    }
}

// One row of threads for each (batch, pixel); its points lie `map` apart, one for each depth bin.
// A gradient that nobody wants has no address.
extern "C" __global__ void lift_backward(
    const scalar* __restrict__ features, const scalar* __restrict__ depth,
    const int* __restrict__ voxel_of,         // [cameras][bins][map], -1 outside
    const scalar* __restrict__ grad_out,      // [batch][num_voxels][channels]
    scalar* __restrict__ grad_features, scalar* __restrict__ grad_depth,
    int batch, int num_pixels, int map, int bins, int num_voxels, int channels)
{
    const long long work = (long long)blockIdx.x * ROWS + threadIdx.y;
    if (work >= (long long)batch * num_pixels) return;
    const int item = (int)(work / num_pixels), pixel = (int)(work % num_pixels);
    const long long first = (long long)(pixel / map) * bins * map + pixel % map;
    const long long num_points = (long long)num_pixels * bins;
    const scalar* row = features + work * channels;
    float values[CHANNELS_PER_LANE], sums[CHANNELS_PER_LANE];
#pragma unroll
    for (int part = 0; part < CHANNELS_PER_LANE; ++part) {
        const int channel = part * LANES + threadIdx.x;
        values[part] = channel < channels ? READ(row[channel]) : 0.0f;
        sums[part] = 0.0f;
    }
    for (int bin = 0; bin < bins; ++bin) {
        const long long point = first + (long long)bin * map;
        const int voxel = voxel_of[point];
        const long long at = (long long)item * num_points + point;
        if (voxel < 0) {
            if (grad_depth && threadIdx.x == 0) grad_depth[at] = WRITE(0.0f);
            continue;
        }
        const scalar* grad = grad_out + ((long long)item * num_voxels + voxel) * channels;
        const float weight = READ(depth[at]);
        float product = 0.0f;
#pragma unroll
        for (int part = 0; part < CHANNELS_PER_LANE; ++part) {
            const int channel = part * LANES + threadIdx.x;
            const float slope = channel < channels ? READ(grad[channel]) : 0.0f;
            product += values[part] * slope;
            sums[part] += weight * slope;
        }
        if (!grad_depth) continue;
        product = LANE_SUM(product);
        if (threadIdx.x == 0) grad_depth[at] = WRITE(product);
    }
    if (!grad_features) return;
    scalar* grad_row = grad_features + work * channels;
#pragma unroll
    for (int part = 0; part < CHANNELS_PER_LANE; ++part) {
        const int channel = part * LANES + threadIdx.x;
        if (channel < channels) grad_row[channel] = WRITE(sums[part]);
    }
}
