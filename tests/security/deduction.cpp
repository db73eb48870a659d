#include "tests/security/deduction.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace omegasafe::test {

namespace {

/// One value noted for each class, forgotten at once for all classes.
class notes {
public:
    explicit notes(std::size_t count) : value_(count), round_(count, 0) {}
    void forget() { ++now_; }
    /// The value noted for `key` before, else `value`, which is noted now.
    std::uint32_t note(std::uint32_t key, std::uint32_t value) {
        if (round_[key] != now_) {
            round_[key] = now_;
            value_[key] = value;
        }
        return value_[key];
    }

private:
    std::vector<std::uint32_t> value_;
    std::vector<std::uint32_t> round_;
    std::uint32_t now_ = 0;
};

} // namespace

value_classes::value_classes(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), 0U);
}

std::uint32_t value_classes::find(std::uint32_t value) {
    while (parent_[value] != value)
        value = parent_[value] = parent_[parent_[value]];
    return value;
}

bool value_classes::join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    parent_[a] = b;
    return a != b;
}

deduction::deduction(const crypto::key_geometry& geometry, std::span<const std::uint8_t> cipher_text,
    std::span<const std::uint8_t> plain, std::span<const std::uint8_t> known)
    : n_(geometry.nucleus_maps()), r_(geometry.rotor_maps()),
      outer_count_(static_cast<std::uint32_t>((cipher_text.size() - 1) / (std::uint64_t{n_} * r_) + 1)),
      cipher_text_(cipher_text), inner_(std::size_t{n_} * 256), outer_(std::size_t{outer_count_} * 256),
      through_(std::size_t{r_} * outer_count_ * 256, 0) {
    value_classes inner(inner_.size());
    value_classes outer(outer_.size());
    notes inner_of(outer_.size());
    notes outer_of(inner_.size());
    bool changed = true;
    const auto learn = [&](std::uint64_t position) {
        const auto at = place_of(position);
        const auto x = inner.find(at.i * 256 + plain[position]);
        const auto c = outer.find(at.s * 256 + cipher_text[position]);
        changed |= inner.join(inner_of.note(c, x), x);
        changed |= outer.join(outer_of.note(x, c), c);
    };
    while (changed) {
        changed = false;
        for (std::uint64_t j = 0; j < r_; ++j) {
            inner_of.forget();
            outer_of.forget();
            for (auto turn = j * n_; turn < cipher_text.size(); turn += std::uint64_t{n_} * r_)
                for (auto p = turn; p < std::min<std::uint64_t>(turn + n_, cipher_text.size()); ++p)
                    if (known[p] != 0)
                        learn(p);
        }
    }
    for (std::uint32_t value = 0; value < inner_.size(); ++value)
        inner_[value] = inner.find(value);
    for (std::uint32_t value = 0; value < outer_.size(); ++value)
        outer_[value] = outer.find(value);
    for (std::uint64_t p = 0; p < cipher_text.size(); ++p)
        if (known[p] != 0) {
            const auto at = place_of(p);
            const auto c = outer_[at.s * 256 + cipher_text[p]];
            through_[at.j * outer_.size() + c] = inner_[at.i * 256 + plain[p]] + 1;
        }
}

deduction::place deduction::place_of(std::uint64_t position) const {
    const auto turn = position / n_;
    return {static_cast<std::uint32_t>(position % n_), static_cast<std::uint32_t>(turn % r_),
        static_cast<std::uint32_t>(turn / r_)};
}

std::optional<std::uint8_t> deduction::read(std::uint64_t position) const {
    const auto at = place_of(position);
    const auto found = through_[at.j * outer_.size() + outer_[at.s * 256 + cipher_text_[position]]];
    if (found != 0)
        for (std::uint32_t x = 0; x < 256; ++x)
            if (class_of(at.i, x) == found - 1)
                return static_cast<std::uint8_t>(x);
    return std::nullopt;
}

std::optional<std::uint8_t> deduction::write(std::uint64_t position, std::uint8_t x) const {
    const auto at = place_of(position);
    for (std::uint32_t c = 0; c < 256; ++c)
        if (through_[at.j * outer_.size() + outer_[at.s * 256 + c]] == class_of(at.i, x) + 1)
            return static_cast<std::uint8_t>(c);
    return std::nullopt;
}

} // namespace omegasafe::test
