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
    run.nucleus = inverse_nucleus().data();
    selected_kernel().decrypt(run);
}

const secure_bytes& cipher::inverse_nucleus() const {
    std::call_once(inverse_made_, [this] {
        secure_bytes inverse(std::size_t{key_->geometry().nucleus_maps()} * map_size);
        for (std::size_t map = 0; map < inverse.size(); map += map_size)
            for (std::size_t x = 0; x < map_size; ++x)
                inverse.data()[map + key_->nucleus()[map + x]] = static_cast<std::uint8_t>(x);
        inverse_nucleus_ = std::move(inverse);
    });
    return inverse_nucleus_;
}

} // namespace omegasafe::crypto
