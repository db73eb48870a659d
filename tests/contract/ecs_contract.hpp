// What the cases of the contract begin with: one ECS with a key, and how refusals are compared.
#pragma once

#include "ecs/external_claims_storage.hpp"
#include "tests/contract/ecs_places.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <ostream>

namespace omegasafe::test {

/// What a caller may act on. The sentences differ: a server has its own.
struct refusal {
    errc code = errc::none;
    std::string detail{};
    bool operator==(const refusal&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const refusal& r) {
    return out << to_string(r.code) << " (" << r.detail << ")";
}

template <class Call>
refusal refused(Call call) {
    try {
        call();
        return {};
    } catch (const failure& problem) {
        return {problem.code(), problem.detail()};
    }
}

inline const refusal key_unknown{errc::key_unknown};
inline const refusal delta_missing{errc::delta_missing};
inline const refusal invalid{errc::ecs_rejected, ecs::invalid_request};

inline refusal full(std::uint64_t left) {
    return {errc::ecs_full, std::to_string(left)};
}

/// `newest` is the Delta that is there instead, if any.
inline refusal conflict(const std::optional<uuid>& there = std::nullopt) {
    return {errc::delta_conflict, there ? crypto::to_string(*there) : ""};
}

/// A container with something in it that no other has.
std::vector<std::uint8_t> some_container();

/// One ECS of that kind, and a key that is registered there.
template <class Place>
struct contract {
    static constexpr std::uint64_t capacity = 1000;

    Place place{};
    std::unique_ptr<ecs::external_claims_storage> ecs = open();
    uuid key = registered();

    /// One more object for the same ECS.
    std::unique_ptr<ecs::external_claims_storage> open() const { return ecs::open_ecs(place.entry()); }

    static ecs_key new_key(std::uint64_t with_capacity = capacity) {
        return {crypto::random_uuid(), "A key", "1.2.3", with_capacity};
    }
    uuid registered(std::uint64_t with_capacity = capacity) {
        const auto made = new_key(with_capacity);
        ecs->register_key(made);
        return made.key_uuid;
    }

    static ecs_delta new_delta(std::uint64_t seq_number, std::uint64_t of_capacity = capacity) {
        const auto first = u128{seq_number - 1} * of_capacity;
        return {crypto::random_uuid(), seq_number, {first, first + of_capacity - 1}, first};
    }
    /// The UUID of Delta `seq_number`, which must be the next.
    uuid uploaded(std::uint64_t seq_number) {
        const auto made = new_delta(seq_number);
        ecs->upload(key, made, some_container());
        return made.delta_uuid;
    }
    position_range claim(const uuid& delta_uuid, std::uint64_t size) {
        return ecs->claim_delta({key, delta_uuid, size});
    }
};

} // namespace omegasafe::test
