// The algorithm of the vector kernels, written once above their instruction sets.
//
// The bytes of a run form a table: a row is a turn of the nucleus and has one composed rotor map, a column has one
// nucleus map. A vector looks all its bytes up in one map, so it must hold bytes of one column for the nucleus and of
// one row for the rotors. Therefore a strip of the table, many turns of some columns, is copied to aligned cells that
// stay in the second-level cache. There square tiles as wide as a vector are transposed, looked up and transposed back.
// Rotor maps are looked up on the way out of the cells to encrypt, on the way in to decrypt. So the maps of a tile's
// columns serve all turns from the first-level cache, the map of a row stays in registers, and only the copies need to
// know where a run begins and ends.
//
// Each kernel includes this file where its instructions are allowed, and gives a type Isa:
//   vector, lanes           a register of `lanes` groups of 16 bytes
//   fewest_turns            the length of a run, in turns, below which two scalar look-ups are faster
//   load, store             a whole register from and to any address
//   load_part, store_part   its first bytes only; the others are zero, or left alone
//   interleave_low, _high   the bytes of the lower (upper) halves of two registers in turn, within each group
//   transpose_lanes         group j of register i <-> group i of register j
//   replace_lane            a register with group i taken from another
//   table                   a map, in registers if there are enough
//   look_up                 all bytes of a register in one table
#pragma once

#include "crypto/kernels/portable/portable.hpp"
#include "crypto/kernels/rotor_turns.hpp"
#include <algorithm>
#include <utility>

namespace omegasafe::crypto {

template <class Isa, direction way>
class tiles {
public:
    static void cipher(const cipher_run& run);

private:
    using vector = typename Isa::vector;
    using table = typename Isa::table;

    static constexpr std::size_t lane = 16;
    static constexpr std::size_t width = lane * Isa::lanes; // rows and columns of a tile
    static constexpr std::size_t block_rows = 320;          // 1 MiB with the largest nucleus; a multiple of all widths
    static constexpr std::size_t strip_columns = 512;       // cells and maps take 260 KiB together
    static constexpr std::size_t cell_stride = strip_columns + 64; // an odd number of cache lines uses all cache sets

    /// Bytes of consecutive turns. Row 0 begins in column `begin`, all others in column 0; the last ends before `end`.
    struct block {
        const std::uint8_t* nucleus;
        std::size_t rows, columns, begin, end;
        const std::uint8_t* in;
        std::uint8_t* out;

        std::size_t at(std::size_t row, std::size_t column) const { return row * columns + column - begin; }
        /// The columns that a row has in a strip; none when `from` is not below `to`.
        std::size_t from(std::size_t row, std::size_t strip) const { return std::max(strip, row == 0 ? begin : 0); }
        std::size_t to(std::size_t row, std::size_t strip) const {
            return std::min(strip + strip_columns, row + 1 == rows ? end : columns);
        }
    };

    /// Kept on the stack and wiped.
    struct alignas(64) workspace {
        std::uint8_t rotors[block_rows][map_size];   // the composed map of each row
        std::uint8_t cells[block_rows][cell_stride]; // looked up whatever they hold, also outside the run
    };

    static void compose(const rotor_turns::halves& turn, std::uint8_t* out);
    static void cipher_block(const block& part, workspace& work);
    // Apart, each has the registers for itself: inlined into one another they are a tenth slower.
    [[gnu::noinline]] static void copy_in(const block& part, workspace& work, std::size_t strip);
    [[gnu::noinline]] static void copy_out(const block& part, const workspace& work, std::size_t strip);
    template <bool through_map>
    static void copy(const std::uint8_t* in, std::uint8_t* out, std::size_t size, const std::uint8_t* map);
    [[gnu::noinline]] static void look_up_tile(const std::uint8_t* maps, std::size_t columns, std::uint8_t* cells);
    [[gnu::noinline]] static void look_up_low_tile(const std::uint8_t* maps, std::size_t columns, std::uint8_t* cells);
    static void look_up_columns(const std::uint8_t* maps, std::size_t columns, vector* rows);
    template <std::size_t... i>
    static void look_up_all_columns(const std::uint8_t* maps, vector* rows, std::index_sequence<i...>);
    static void transpose(vector* square);
    template <std::size_t... i>
    static void interleave(const vector* in, vector* out, std::index_sequence<i...>);
};

template <class Isa, direction way>
void tiles<Isa, way>::cipher(const cipher_run& run) {
    const std::size_t columns = run.nucleus_maps;
    if (run.size < Isa::fewest_turns * columns)
        return way == direction::encrypt ? portable_kernel.encrypt(run) : portable_kernel.decrypt(run);
    rotor_turns position(run, way);
    workspace work;
    std::size_t most_rows = 0;
    std::size_t begin = run.first % columns;
    for (std::size_t done = 0; done < run.size; begin = 0) {
        const std::size_t to_go = begin + run.size - done;
        const std::size_t rows = std::min((to_go + columns - 1) / columns, block_rows);
        const std::size_t end = std::min(to_go - (rows - 1) * columns, columns);
        for (std::size_t row = 0; row < rows; ++row, position.advance())
            compose(position.current(), work.rotors[row]);
        const block part{run.nucleus, rows, columns, begin, end, run.in + done, run.out + done};
        cipher_block(part, work);
        done += part.at(rows - 1, end);
        most_rows = std::max(most_rows, rows);
    }
    wipe(work.rotors, most_rows * sizeof work.rotors[0]);
    wipe(work.cells, most_rows * sizeof work.cells[0]);
}

template <class Isa, direction way>
void tiles<Isa, way>::compose(const rotor_turns::halves& turn, std::uint8_t* out) {
    const table outer(turn.outer);
    for (std::size_t x = 0; x < map_size; x += width)
        Isa::store(out + x, Isa::look_up(outer, Isa::load(turn.inner + x)));
}

template <class Isa, direction way>
void tiles<Isa, way>::cipher_block(const block& part, workspace& work) {
    for (std::size_t strip = 0; strip < part.columns; strip += strip_columns) {
        const std::size_t columns = std::min(strip_columns, part.columns - strip);
        copy_in(part, work, strip);
        for (std::size_t column = 0; column < columns; column += width) {
            const std::uint8_t* maps = part.nucleus + (strip + column) * map_size;
            const std::size_t count = std::min(width, columns - column);
            for (std::size_t row = 0; row < part.rows; row += width)
                if (part.rows - row > lane)
                    look_up_tile(maps, count, work.cells[row] + column);
                else
                    look_up_low_tile(maps, count, work.cells[row] + column);
        }
        copy_out(part, work, strip);
    }
}

template <class Isa, direction way>
void tiles<Isa, way>::copy_in(const block& part, workspace& work, std::size_t strip) {
    for (std::size_t row = 0; row < part.rows; ++row) {
        const std::size_t from = part.from(row, strip);
        const std::size_t to = part.to(row, strip);
        if (from >= to)
            continue;
        const std::uint8_t* in = part.in + part.at(row, from);
        // The processor does not foresee pieces of rows that lie a turn apart.
        const std::uint8_t* later = row + 3 < part.rows ? in + 2 * part.columns : in;
        for (std::size_t at = 0; at < to - from; at += 64)
            __builtin_prefetch(later + at);
        copy<way == direction::decrypt>(in, work.cells[row] + (from - strip), to - from, work.rotors[row]);
    }
}

template <class Isa, direction way>
void tiles<Isa, way>::copy_out(const block& part, const workspace& work, std::size_t strip) {
    for (std::size_t row = 0; row < part.rows; ++row) {
        const std::size_t from = part.from(row, strip);
        const std::size_t to = part.to(row, strip);
        if (from < to)
            copy<way == direction::encrypt>(
                work.cells[row] + (from - strip), part.out + part.at(row, from), to - from, work.rotors[row]);
    }
}

/// Copies a piece of a row, through `map` if wanted.
template <class Isa, direction way>
template <bool through_map>
void tiles<Isa, way>::copy(const std::uint8_t* in, std::uint8_t* out, std::size_t size, const std::uint8_t* map) {
    const table rotors(map);
    std::size_t at = 0;
#pragma GCC unroll 4
    for (; at + width <= size; at += width) {
        const vector bytes = Isa::load(in + at);
        Isa::store(out + at, through_map ? Isa::look_up(rotors, bytes) : bytes);
    }
    if (at < size) {
        const vector bytes = Isa::load_part(in + at, size - at);
        Isa::store_part(out + at, through_map ? Isa::look_up(rotors, bytes) : bytes, size - at);
    }
}

/// In `groups`, group g has columns 16g .. 16g+15: its register r the rows r, r+16, r+32, ... side by side.
template <class Isa, direction way>
void tiles<Isa, way>::look_up_tile(const std::uint8_t* maps, std::size_t columns, std::uint8_t* cells) {
    vector groups[Isa::lanes][lane];
    vector line[Isa::lanes];
    for (std::size_t r = 0; r < lane; ++r) {
        for (std::size_t i = 0; i < Isa::lanes; ++i)
            line[i] = Isa::load(cells + (r + i * lane) * cell_stride);
        Isa::transpose_lanes(line);
        for (std::size_t i = 0; i < Isa::lanes; ++i)
            groups[i][r] = line[i];
    }
    for (std::size_t i = 0; i < Isa::lanes && i * lane < columns; ++i)
        look_up_columns(maps + i * lane * map_size, std::min(lane, columns - i * lane), groups[i]);
    for (std::size_t r = 0; r < lane; ++r) {
        for (std::size_t i = 0; i < Isa::lanes; ++i)
            line[i] = groups[i][r];
        Isa::transpose_lanes(line);
        for (std::size_t i = 0; i < Isa::lanes; ++i)
            Isa::store(cells + (r + i * lane) * cell_stride, line[i]);
    }
}

/// For the last rows of a block, at most 16. Register j of `square` has column j in its first group, column j + 16 in
/// the second and so on, which saves the larger part of the transposition.
template <class Isa, direction way>
void tiles<Isa, way>::look_up_low_tile(const std::uint8_t* maps, std::size_t columns, std::uint8_t* cells) {
    vector square[lane];
    for (std::size_t row = 0; row < lane; ++row)
        square[row] = Isa::load(cells + row * cell_stride);
    transpose(square);
    for (std::size_t j = 0; j < lane; ++j) {
        const vector bytes = square[j];
        for (std::size_t i = 0; i < Isa::lanes && i * lane + j < columns; ++i)
            square[j] = Isa::replace_lane(square[j], i, Isa::look_up(table(maps + (i * lane + j) * map_size), bytes));
    }
    transpose(square);
    for (std::size_t row = 0; row < lane; ++row)
        Isa::store(cells + row * cell_stride, square[row]);
}

/// `rows` holds 16 columns by rows before and after.
template <class Isa, direction way>
[[gnu::always_inline]] inline void tiles<Isa, way>::look_up_columns(
    const std::uint8_t* maps, std::size_t columns, vector* rows) {
    vector square[lane];
    for (std::size_t i = 0; i < lane; ++i)
        square[i] = rows[i];
    transpose(square);
    if (columns == lane)
        look_up_all_columns(maps, square, std::make_index_sequence<lane>{});
    else
        for (std::size_t column = 0; column < columns; ++column)
            square[column] = Isa::look_up(table(maps + column * map_size), square[column]);
    transpose(square);
    for (std::size_t i = 0; i < lane; ++i)
        rows[i] = square[i];
}

template <class Isa, direction way>
template <std::size_t... i>
[[gnu::always_inline]] inline void tiles<Isa, way>::look_up_all_columns(
    const std::uint8_t* maps, vector* rows, std::index_sequence<i...>) {
    ((rows[i] = Isa::look_up(table(maps + i * map_size), rows[i])), ...);
}

/// Each group of 16 bytes of 16 registers: byte j of register i <-> byte i of register j. Four perfect shuffles.
template <class Isa, direction way>
[[gnu::always_inline]] inline void tiles<Isa, way>::transpose(vector* square) {
    constexpr std::make_index_sequence<lane / 2> pairs{};
    vector other[lane];
    interleave(square, other, pairs);
    interleave(other, square, pairs);
    interleave(square, other, pairs);
    interleave(other, square, pairs);
}

template <class Isa, direction way>
template <std::size_t... i>
[[gnu::always_inline]] inline void tiles<Isa, way>::interleave(
    const vector* in, vector* out, std::index_sequence<i...>) {
    ((out[2 * i] = Isa::interleave_low(in[i], in[i + lane / 2]),
         out[2 * i + 1] = Isa::interleave_high(in[i], in[i + lane / 2])),
        ...);
}

} // namespace omegasafe::crypto
