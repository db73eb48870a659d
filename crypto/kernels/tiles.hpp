// The algorithm of the vector kernels, written once above their instruction sets.
//
// Bytes of a run form a table: a row is a turn of the nucleus and has one composed rotor map, a column has one nucleus
// map. A vector looks up all its bytes in one map, so it must hold bytes of one column for the nucleus and of one row
// for the rotors. The table is cut into square tiles as wide as a vector: a tile is read by rows, transposed, looked up
// by columns, transposed back, looked up by rows and written, and so touches memory once. Tiles are taken down the
// columns, many turns at once: the maps of a tile's columns then serve all turns from the innermost cache.
//
// Each kernel includes this file where its instructions are allowed and gives a type Isa:
//   vector, lanes           a register of `lanes` groups of 16 bytes
//   load, store             a whole register from and to any address
//   load_part, store_part   its first bytes only, the rest zero or left alone
//   interleave_low, _high   the bytes of the lower (upper) halves of two registers in turn, within each group
//   transpose_lanes         group j of register i <-> group i of register j
//   look_up                 all bytes of a register in one map
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

    static constexpr std::size_t lane = 16;
    static constexpr std::size_t width = lane * Isa::lanes; // rows and columns of a tile
    static constexpr std::size_t block_turns = 320;         // a chunk of 1 MiB of the largest nucleus, 80 KiB of maps
    static constexpr std::size_t fewest_turns = 4;          // below, two scalar look-ups are faster

    /// Some bytes of consecutive turns. Row 0 begins in column `begin`, all others in column 0; the last ends before
    /// `end`.
    struct block {
        const std::uint8_t* nucleus;
        const rotor_turns::map* rotors; // one for each row
        std::size_t rows, columns, begin, end;
        const std::uint8_t* in;
        std::uint8_t* out;

        std::size_t at(std::size_t row, std::size_t column) const { return row * columns + column - begin; }
    };

    static void compose(const rotor_turns::halves& turn, rotor_turns::map& out);
    static void cipher_block(const block& part);
    static void cipher_bytes(const block& part, std::size_t row, std::size_t from, std::size_t to);
    template <bool whole>
    static void cipher_tile(
        const block& part, std::size_t row, std::size_t rows, std::size_t column, std::size_t columns);
    static void look_up_columns(const std::uint8_t* maps, std::size_t columns, vector* rows);
    static void transpose(vector* square);
    template <std::size_t... i>
    static void interleave(const vector* in, vector* out, std::index_sequence<i...>);
};

template <class Isa, direction way>
void tiles<Isa, way>::cipher(const cipher_run& run) {
    const std::size_t columns = run.nucleus_maps;
    if (run.size < fewest_turns * columns)
        return way == direction::encrypt ? portable_kernel.encrypt(run) : portable_kernel.decrypt(run);
    rotor_turns position(run, way);
    rotor_turns::map rotors[block_turns];
    std::size_t begin = run.first % columns;
    for (std::size_t done = 0; done < run.size; begin = 0) {
        const std::size_t to_go = begin + run.size - done;
        const std::size_t rows = std::min((to_go + columns - 1) / columns, block_turns);
        const std::size_t end = std::min(to_go - (rows - 1) * columns, columns);
        for (std::size_t row = 0; row < rows; ++row, position.advance())
            compose(position.current(), rotors[row]);
        const block part{run.nucleus, rotors, rows, columns, begin, end, run.in + done, run.out + done};
        cipher_block(part);
        done += part.at(rows - 1, end);
    }
    wipe(rotors, sizeof rotors);
}

template <class Isa, direction way>
void tiles<Isa, way>::compose(const rotor_turns::halves& turn, rotor_turns::map& out) {
    for (std::size_t x = 0; x < map_size; x += width)
        Isa::store(out.data() + x, Isa::look_up(turn.outer, Isa::load(turn.inner + x)));
}

/// Column by column of tiles. A strip that the first or last row fills only in part has that row done byte by byte.
template <class Isa, direction way>
void tiles<Isa, way>::cipher_block(const block& part) {
    const std::size_t last = part.rows - 1;
    for (std::size_t column = 0; column < part.columns; column += width) {
        const std::size_t next = std::min(column + width, part.columns);
        const std::size_t first_row = column >= part.begin ? 0 : 1;
        const std::size_t end_row = next <= part.end ? part.rows : last;
        if (first_row == 1)
            cipher_bytes(part, 0, part.begin, next);
        if (end_row == last)
            cipher_bytes(part, last, column, part.end);
        for (std::size_t row = first_row; row < end_row; row += width) {
            const std::size_t rows = std::min(width, end_row - row);
            if (rows == width && next - column == width)
                cipher_tile<true>(part, row, width, column, width);
            else
                cipher_tile<false>(part, row, rows, column, next - column);
        }
    }
}

template <class Isa, direction way>
void tiles<Isa, way>::cipher_bytes(const block& part, std::size_t row, std::size_t from, std::size_t to) {
    const std::uint8_t* rotors = part.rotors[row].data();
    for (std::size_t column = from; column < to; ++column) {
        const std::uint8_t* nucleus = part.nucleus + column * map_size;
        const std::size_t at = part.at(row, column);
        part.out[at] = way == direction::encrypt ? rotors[nucleus[part.in[at]]] : nucleus[rotors[part.in[at]]];
    }
}

/// In `groups`, group g has columns 16g .. 16g+15: its register r the rows r, r+16, r+32, ... side by side.
template <class Isa, direction way>
template <bool whole>
void tiles<Isa, way>::cipher_tile(
    const block& part, std::size_t row, std::size_t rows, std::size_t column, std::size_t columns) {
    vector groups[Isa::lanes][lane];
    vector line[Isa::lanes];
    const std::uint8_t* in = part.in + part.at(row, column);
    std::uint8_t* out = part.out + part.at(row, column);
    const rotor_turns::map* rotors = part.rotors + row;
    for (std::size_t r = 0; r < lane; ++r) {
        for (std::size_t i = 0; i < Isa::lanes; ++i) {
            const std::size_t turn = r + i * lane;
            if (!whole && turn >= rows)
                line[i] = vector{};
            else
                line[i] =
                    whole ? Isa::load(in + turn * part.columns) : Isa::load_part(in + turn * part.columns, columns);
            if (way == direction::decrypt && (whole || turn < rows))
                line[i] = Isa::look_up(rotors[turn].data(), line[i]);
        }
        Isa::transpose_lanes(line);
        for (std::size_t i = 0; i < Isa::lanes; ++i)
            groups[i][r] = line[i];
    }
    for (std::size_t i = 0; i < Isa::lanes && (whole || i * lane < columns); ++i)
        look_up_columns(part.nucleus + (column + i * lane) * map_size,
            whole ? lane : std::min(lane, columns - i * lane), groups[i]);
    for (std::size_t r = 0; r < lane; ++r) {
        for (std::size_t i = 0; i < Isa::lanes; ++i)
            line[i] = groups[i][r];
        Isa::transpose_lanes(line);
        for (std::size_t i = 0; i < Isa::lanes; ++i) {
            const std::size_t turn = r + i * lane;
            if (!whole && turn >= rows)
                continue;
            if (way == direction::encrypt)
                line[i] = Isa::look_up(rotors[turn].data(), line[i]);
            if (whole)
                Isa::store(out + turn * part.columns, line[i]);
            else
                Isa::store_part(out + turn * part.columns, line[i], columns);
        }
    }
}

/// `rows` holds 16 columns by rows before and after.
template <class Isa, direction way>
void tiles<Isa, way>::look_up_columns(const std::uint8_t* maps, std::size_t columns, vector* rows) {
    transpose(rows);
    for (std::size_t column = 0; column < columns; ++column)
        rows[column] = Isa::look_up(maps + column * map_size, rows[column]);
    transpose(rows);
}

/// Each group of 16 bytes of 16 registers: byte j of register i <-> byte i of register j. Four perfect shuffles.
template <class Isa, direction way>
void tiles<Isa, way>::transpose(vector* square) {
    constexpr std::make_index_sequence<lane / 2> pairs{};
    vector other[lane];
    interleave(square, other, pairs);
    interleave(other, square, pairs);
    interleave(square, other, pairs);
    interleave(other, square, pairs);
}

template <class Isa, direction way>
template <std::size_t... i>
void tiles<Isa, way>::interleave(const vector* in, vector* out, std::index_sequence<i...>) {
    ((out[2 * i] = Isa::interleave_low(in[i], in[i + lane / 2]),
         out[2 * i + 1] = Isa::interleave_high(in[i], in[i + lane / 2])),
        ...);
}

} // namespace omegasafe::crypto
