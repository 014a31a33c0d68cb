// Enough of CUDA to run a kernel on the CPU, one block after another, a thread for each thread.
#include <atomic>
#include <barrier>
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

struct Index { unsigned x, y; };
static thread_local Index threadIdx, blockIdx;
static std::barrier<>* block_barrier;
// Blocks run one after another, so they may share their shared memory.
static unsigned shared_memory[1 << 16];
#define SHARED_MEMORY(name) unsigned* const name = shared_memory
#define __global__
#define __device__
#define __forceinline__ inline
#define __restrict__
#define __syncthreads() block_barrier->arrive_and_wait()
static std::atomic<int> block_or;
static int __syncthreads_or(int predicate)
{
    __syncthreads();  // everyone has read what came before
    block_or = 0;
    __syncthreads();
    if (predicate) block_or = 1;
    __syncthreads();
    return block_or;
}
static void atomicOr(unsigned* target, unsigned bits)
{
    std::atomic_ref<unsigned>(*target).fetch_or(bits);
}
struct alignas(8) uint2 { unsigned x, y; };
static int min(int a, int b) { return a < b ? a : b; }
static int __clz(unsigned bits) { return bits ? __builtin_clz(bits) : 32; }
static int __ffs(unsigned bits) { return __builtin_ffs(bits); }
static float __int_as_float(int bits) { float value; std::memcpy(&value, &bits, 4); return value; }

// The lanes of a row wait for each other only.
static std::vector<std::unique_ptr<std::barrier<>>> row_barriers;
static float lane_values[64][64];
static int num_lanes;
static float lane_sum_on_cpu(float value)
{
    std::barrier<>& row = *row_barriers[threadIdx.y];
    lane_values[threadIdx.y][threadIdx.x] = value;
    row.arrive_and_wait();
    float sum = 0.0f;
    for (int lane = 0; lane < num_lanes; ++lane) sum += lane_values[threadIdx.y][lane];
    row.arrive_and_wait();
    return sum;
}
#define LANE_SUM(value) lane_sum_on_cpu(value)

template <typename Kernel> void launch(int blocks, int across, int down, Kernel kernel)
{
    for (int block = 0; block < blocks; ++block) {
        std::barrier<> barrier(across * down);
        block_barrier = &barrier;
        num_lanes = across;
        row_barriers.clear();
        for (int row = 0; row < down; ++row)
            row_barriers.push_back(std::make_unique<std::barrier<>>(across));
        std::vector<std::thread> threads;
        for (int thread = 0; thread < across * down; ++thread)
            threads.emplace_back([=] {
                blockIdx = {unsigned(block), 0};
                threadIdx = {unsigned(thread % across), unsigned(thread / across)};
                kernel();
            });
        for (auto& thread : threads) thread.join();
    }
}
