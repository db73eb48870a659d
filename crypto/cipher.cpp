#include "crypto/cipher.hpp"

#include "crypto/kernels/dispatch.hpp"
#include "crypto/kernels/rotor_turns.hpp"
#include <stdexcept>
#include <utility>

namespace omegasafe::crypto {

namespace {

/// Runs up to this size do not build the inverse maps: that takes milliseconds, more than decrypting a small file.
constexpr std::size_t searched_bytes = 16 * 1024;

/// A run over `key` with its own nucleus; checks what kernels rely on.
cipher_run make_run(const key_material& key, std::uint64_t first, const_byte_span in, byte_span out) {
    if (in.size() != out.size())
        throw std::invalid_argument("cipher input and output differ in size");
    const key_geometry& geometry = key.geometry();
    const std::uint64_t capacity = geometry.capacity();
    if (first > capacity || in.size() > capacity - first)
        throw std::out_of_range("cipher range ends beyond its key iteration");
    cipher_run run;
    run.nucleus = key.nucleus();
    run.nucleus_maps = geometry.nucleus_maps();
    run.rotor_maps = geometry.rotor_maps();
    run.rotor_count = geometry.rotors;
    for (std::uint32_t i = 0; i < geometry.rotors; ++i)
        run.rotors[i] = key.rotor(i);
    run.first = first;
    run.in = in.data();
    run.out = out.data();
    run.size = in.size();
    return run;
}

void invert_maps(const_byte_span maps, std::uint8_t* inverse) {
    for (std::size_t map = 0; map < maps.size(); map += map_size)
        for (std::size_t x = 0; x < map_size; ++x)
            inverse[map + maps[map + x]] = static_cast<std::uint8_t>(x);
}

/// Byte `value` of the inverse map, without having it. No branch and no address depends on the value.
std::uint8_t find_in_map(const std::uint8_t* map, std::uint8_t value) {
    std::uint8_t found = 0;
    for (std::size_t x = 0; x < map_size; ++x)
        found |= static_cast<std::uint8_t>(map[x] == value ? x : 0);
    return found;
}

/// Decrypts with the maps to encrypt: some 20 ns a byte, but nothing to prepare.
void decrypt_by_search(const cipher_run& run) {
    rotor_turns position(run, direction::encrypt);
    rotor_turns::map inverse;
    std::size_t column = run.first % run.nucleus_maps;
    for (std::size_t i = 0; i < run.size; ++i, ++column) {
        if (column == run.nucleus_maps) {
            position.advance();
            column = 0;
        }
        if (i == 0 || column == 0)
            for (std::size_t x = 0; x < map_size; ++x)
                inverse[position.current().outer[position.current().inner[x]]] = static_cast<std::uint8_t>(x);
        run.out[i] = find_in_map(run.nucleus + column * map_size, inverse[run.in[i]]);
    }
    wipe(inverse.data(), inverse.size());
}

} // namespace

cipher::cipher(std::shared_ptr<const key_material> key) : key_(std::move(key)) {
    if (key_ == nullptr)
        throw std::invalid_argument("a cipher needs key material");
}

void cipher::encrypt(std::uint64_t first, const_byte_span in, byte_span out) const {
    const cipher_run run = make_run(*key_, first, in, out);
    if (run.size != 0)
        selected_kernel().encrypt(run);
}

void cipher::decrypt(std::uint64_t first, const_byte_span in, byte_span out) const {
    cipher_run run = make_run(*key_, first, in, out);
    if (run.size == 0)
        return;
    if (run.size <= searched_bytes && !inverse_ready_.load(std::memory_order_relaxed))
        return decrypt_by_search(run);
    const secure_bytes& inverse = inverse_maps();
    run.nucleus = inverse.data();
    run.rotors[0] = inverse.data() + std::size_t{run.nucleus_maps} * map_size;
    selected_kernel().decrypt(run);
}

const secure_bytes& cipher::inverse_maps() const {
    std::call_once(inverse_made_, [this] {
        const key_geometry& geometry = key_->geometry();
        secure_bytes inverse((std::size_t{geometry.nucleus_maps()} + geometry.rotor_maps()) * map_size);
        invert_maps(key_->bytes().first(inverse.size()), inverse.data());
        inverse_maps_ = std::move(inverse);
        inverse_ready_.store(true, std::memory_order_relaxed); // only a hint: call_once orders the maps
    });
    return inverse_maps_;
}

} // namespace omegasafe::crypto
