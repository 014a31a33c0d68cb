// Exact signed squared distances, one axis at a time (Felzenszwalb and Huttenlocher 2012: the
// transform is separable), for many grids in one launch.
//
// One field serves both signs. A cell's distance to its own kind is zero, so a single number with
// the kind as its sign holds what each pass has to know: how near the other kind is so far.
//
// The plane pass takes the first two axes at once. A row becomes bits, 32 cells to a word, and the
// nearest cell of the other kind along it is found by counting leading and trailing zeros: nothing
// but the grid itself is read from memory. The column then looks outwards, above and below, and
// stops where the step alone is farther than the best so far. The column pass does the same for
// the third axis. A search takes as many steps as the distance has cells; where there is only one
// kind there is none.
//
// Compiled with: TILE (columns of a block), LANES (threads that share a column), and IN_SHARED: a
// plane whose bits and codes do not fit into shared memory is read from codes that row_pass has
// written, and a column that does not fit is read from memory.

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;

#ifndef SHARED_MEMORY
#define SHARED_MEMORY(name) extern __shared__ uint32 name[]
#endif

#define NONE 0x7fffu         // no cell of the other kind in this row
#define OCCUPIED 0x8000u     // top bit of a code: the kind of the cell itself
#define INFINITE __int_as_float(0x7f800000)

// What a plane is made of: with one kind alone nobody has to search.
#define SOME_FREE 1u
#define SOME_OCCUPIED 2u
#define BOTH_KINDS 3u

// Four cells, a byte each, as four bits.
__device__ __forceinline__ uint32 four_bits(uint32 bytes)
{
    // Whatever is set in a byte moves to its lowest bit, and the product gathers those.
    bytes |= bytes >> 4;
    bytes |= bytes >> 2;
    bytes |= bytes >> 1;
    return ((bytes & 0x01010101u) * 0x01020408u) >> 24 & 0xfu;
}

// Cells 32 * word to 32 * word + 31 of a row as bits; beyond its end they are zero.
__device__ __forceinline__ uint32 row_bits(const uint8* row, int width, int word)
{
    const uint8* cells = row + 32 * word;
    const int count = min(32, width - 32 * word);
    uint32 bits = 0u;
    int cell = 0;
    // Eight in one read where the address allows it.
    if (((size_t)cells & 7u) == 0u)
        for (; cell + 8 <= count; cell += 8) {
            const uint2 bytes = *(const uint2*)(cells + cell);
            bits |= (four_bits(bytes.x) | four_bits(bytes.y) << 4) << cell;
        }
    for (; cell < count; ++cell) bits |= (cells[cell] ? 1u : 0u) << cell;
    return bits;
}

__device__ __forceinline__ uint32 kinds_in(uint32 bits, int width, int word)
{
    const int count = min(32, width - 32 * word);
    const uint32 all = 0xffffffffu >> (32 - count);
    return (bits != all ? SOME_FREE : 0u) | (bits ? SOME_OCCUPIED : 0u);
}

// What any thread of the block has seen; all of them wait for each other.
__device__ __forceinline__ uint32 seen_by_block(uint32 kinds)
{
    const uint32 some_free = __syncthreads_or(kinds & SOME_FREE) ? SOME_FREE : 0u;
    return some_free | (__syncthreads_or(kinds & SOME_OCCUPIED) ? SOME_OCCUPIED : 0u);
}

// What a cell knows of its row: its kind, and the column of the nearest cell of the other kind.
__device__ __forceinline__ uint32 row_code(const uint32* words, int num_words, int width, int x)
{
    const int home = x >> 5, bit = x & 31;
    const uint32 occupied = (words[home] >> bit) & 1u;
    const uint32 flip = occupied ? 0xffffffffu : 0u;   // look for the other kind
    int left = -1, right = -1;
    uint32 found = (words[home] ^ flip) & (bit == 31 ? 0xffffffffu : (2u << bit) - 1u);
    for (int word = home;;) {
        if (found) { left = 32 * word + 31 - __clz(found); break; }
        if (--word < 0) break;
        found = words[word] ^ flip;
    }
    found = (words[home] ^ flip) & ~((1u << bit) - 1u);
    for (int word = home;;) {
        // Beyond the last cell the bits mean nothing.
        if (32 * (word + 1) > width) found &= 0xffffffffu >> (32 * (word + 1) - width);
        if (found) { right = 32 * word + __ffs(found) - 1; break; }
        if (++word >= num_words) break;
        if (left >= 0 && 32 * word - x > x - left) break;   // the left one is nearer
        found = words[word] ^ flip;
    }
    uint32 nearest = NONE;
    if (left >= 0 && (right < 0 || x - left <= right - x)) nearest = left;
    else if (right >= 0) nearest = right;
    return (occupied ? OCCUPIED : 0u) | nearest;
}

// Squared distance, along the row of a code, from column x to the nearest cell of the kind that is
// not `kind`.
__device__ __forceinline__ float along_row(uint32 code, uint32 kind, int x, float side2)
{
    if ((code & OCCUPIED) != kind) return 0.0f;
    const int nearest = code & NONE;
    if (nearest == (int)NONE) return INFINITE;
    const float steps = (float)(nearest - x);
    return steps * steps * side2;
}

__device__ __forceinline__ float signed_metres(float squared, bool occupied, float half_m, float cap_m)
{
    const float metres = fminf(sqrtf(squared) - half_m, cap_m);
    return occupied ? -metres : metres;
}

#if !IN_SHARED
// Codes of all rows, for planes that do not fit into shared memory, and the kinds of cells of each
// plane, which are zero before. One block for each row.
extern "C" __global__ void row_pass(
    const uint8* __restrict__ grid, uint16* __restrict__ codes, uint32* plane_kinds,
    int width, int height)
{
    SHARED_MEMORY(words);
    const int num_words = (width + 31) >> 5;
    const int thread = threadIdx.y * TILE + threadIdx.x;
    const long long start = (long long)blockIdx.x * width;
    uint32 kinds = 0u;
    for (int word = thread; word < num_words; word += TILE * LANES) {
        words[word] = row_bits(grid + start, width, word);
        kinds |= kinds_in(words[word], width, word);
    }
    kinds = seen_by_block(kinds);
    if (thread == 0) atomicOr(plane_kinds + blockIdx.x / height, kinds);
    for (int x = thread; x < width; x += TILE * LANES)
        codes[start + x] = (uint16)row_code(words, num_words, width, x);
}
#endif

// Planes of `height` rows of `width` cells, one after another in memory; `depth` planes are a grid.
//   grid: bytes, or with IN_SHARED 0 the codes of row_pass;
//   plane_kinds: of row_pass, with IN_SHARED 0;
//   is_final: `out` gets metres, otherwise squared metres with the sign of the kind;
//   nearest: flat index (from the start of the grid) of the cell that is meant, -1 for none;
//   block_rows: rows that a block works on; `height` with IN_SHARED, where it reads all of them.
extern "C" __global__ void plane_pass(
    const void* __restrict__ grid, const uint32* __restrict__ plane_kinds,
    float* __restrict__ out, int* __restrict__ nearest,
    int width, int height, int depth, int block_rows,
    float side_x2, float side_y2, float reach2, float half_m, float cap_m, int is_final)
{
    const int tiles = (width + TILE - 1) / TILE, parts = (height + block_rows - 1) / block_rows;
    const long long plane = blockIdx.x / (tiles * parts);
    const long long start = plane * height * width;
    const int x0 = (int)(blockIdx.x % tiles) * TILE, x = x0 + threadIdx.x;
    const int first_row = (int)(blockIdx.x / tiles % parts) * block_rows;
#if IN_SHARED
    SHARED_MEMORY(words);
    const int num_words = (width + 31) >> 5;
    uint16* codes = (uint16*)(words + height * num_words) + threadIdx.x;   // [height][TILE]
    const int pitch = TILE;
    const int thread = threadIdx.y * TILE + threadIdx.x;
    uint32 kinds = 0u;
    for (int at = thread; at < height * num_words; at += TILE * LANES) {
        const int row = at / num_words, word = at - row * num_words;
        words[at] = row_bits((const uint8*)grid + start + (long long)row * width, width, word);
        kinds |= kinds_in(words[at], width, word);
    }
    kinds = seen_by_block(kinds);
    if (x < width)
        for (int y = threadIdx.y; y < height; y += LANES)
            codes[y * pitch] = (uint16)row_code(words + y * num_words, num_words, width, x);
    __syncthreads();
#else
    const uint16* codes = (const uint16*)grid + start + x;
    const long long pitch = width;
    const uint32 kinds = plane_kinds[plane];
#endif
    if (x >= width) return;
    const int first_index = (int)(plane % depth * height * width);
    const int end_row = min(height, first_row + block_rows);
    const int farthest = kinds == BOTH_KINDS ? height : 1;
    for (int y = first_row + threadIdx.y; y < end_row; y += LANES) {
        const uint32 own = codes[y * pitch], kind = own & OCCUPIED;
        float best = along_row(own, kind, x, side_x2);
        int row = best < INFINITE && best <= reach2 ? y : -1;
        best = fminf(best, reach2);
        for (int step = 1; step < farthest; ++step) {
            const float away = (float)step * (float)step * side_y2;
            if (away >= best) break;
            const int above = y + step, below = y - step;
            if (above >= height && below < 0) break;
            if (above < height) {
                const float other = along_row(codes[above * pitch], kind, x, side_x2) + away;
                if (other < best) { best = other; row = above; }
            }
            if (below >= 0) {
                const float other = along_row(codes[below * pitch], kind, x, side_x2) + away;
                if (other < best) { best = other; row = below; }
            }
        }
        const long long cell = start + (long long)y * width + x;
        if (row < 0) best = INFINITE;
        out[cell] = is_final ? signed_metres(best, kind != 0u, half_m, cap_m) : (kind ? -best : best);
        if (nearest) {
            int index = -1;
            if (row >= 0) {
                const uint32 code = codes[row * pitch];
                const int column = (code & OCCUPIED) != kind ? x : (int)(code & NONE);
                index = first_index + row * width + column;
            }
            nearest[cell] = index;
        }
    }
}

// The last axis of a three-dimensional grid, after the plane pass: columns of `depth` cells that lie
// `width` (the cells of a plane) apart. With IN_SHARED `field` may be `squared`, and `nearest` may
// be `origins`.
extern "C" __global__ void column_pass(
    const float* squared, const int* origins, float* field, int* nearest,
    int width, int depth, float side_z2, float reach2, float half_m, float cap_m)
{
    const int tiles = (width + TILE - 1) / TILE;
    const int x = (int)(blockIdx.x % tiles) * TILE + threadIdx.x;
    const long long start = (long long)(blockIdx.x / tiles) * width * depth + x;
#if IN_SHARED
    SHARED_MEMORY(shared);
    float* column = (float*)shared + threadIdx.x;                       // [depth][TILE]
    int* origin = (int*)(shared + depth * TILE) + threadIdx.x;          // the same, for `nearest`
    const int pitch = TILE;
    if (x < width)
        for (int z = threadIdx.y; z < depth; z += LANES) {
            column[z * pitch] = squared[start + (long long)z * width];
            if (nearest) origin[z * pitch] = origins[start + (long long)z * width];
        }
    __syncthreads();
#else
    const float* column = squared + start;
    const int* origin = origins + start;
    const long long pitch = width;
#endif
    // Columns of one kind in planes of one kind: there is nothing to find.
    bool is_mixed = false;
    if (x < width)
        for (int z = threadIdx.y; z < depth; z += LANES) {
            const float own = column[z * pitch];
            is_mixed |= fabsf(own) < INFINITE || (own < 0.0f) != (column[0] < 0.0f);
        }
    const int farthest = __syncthreads_or(is_mixed) ? depth : 1;
    if (x >= width) return;
    for (int z = threadIdx.y; z < depth; z += LANES) {
        const float own = column[z * pitch];
        const bool occupied = own < 0.0f;
        float best = fabsf(own);
        int layer = best < INFINITE && best <= reach2 ? z : -1;
        best = fminf(best, reach2);
        for (int step = 1; step < farthest; ++step) {
            const float away = (float)step * (float)step * side_z2;
            if (away >= best) break;
            if (z + step >= depth && z - step < 0) break;
            for (int at = z - step; at <= z + step; at += 2 * step) {
                if (at < 0 || at >= depth) continue;
                const float theirs = column[at * pitch];
                // A cell of the other kind is itself what is looked for.
                const float other = away + ((theirs < 0.0f) != occupied ? 0.0f : fabsf(theirs));
                if (other < best) { best = other; layer = at; }
            }
        }
        const long long cell = start + (long long)z * width;
        if (layer < 0) best = INFINITE;
        field[cell] = signed_metres(best, occupied, half_m, cap_m);
        if (nearest) {
            int index = -1;
            if (layer >= 0) {
                const bool is_other = (column[layer * pitch] < 0.0f) != occupied;
                index = is_other ? x + layer * width : origin[layer * pitch];
            }
            nearest[cell] = index;
        }
    }
}
