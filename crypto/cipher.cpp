#include "crypto/cipher.hpp"

#include "crypto/kernels/dispatch.hpp"
#include <stdexcept>
#include <utility>

namespace omegasafe::crypto {

namespace {

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
    });
    return inverse_maps_;
}

} // namespace omegasafe::crypto
