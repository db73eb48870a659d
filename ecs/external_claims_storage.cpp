#include "ecs/external_claims_storage.hpp"

#include "ecs/ecs_http.hpp"
#include "ecs/ecs_sfc.hpp"
#include "wire/field_rules.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

namespace {

[[noreturn]] void refuse(const std::string& sentence) {
    throw failure(errc::ecs_rejected, sentence, invalid_request);
}

void require_name(const std::string& what, const std::string& name) {
    if (const auto problem = wire::name_problem(name))
        refuse("The " + what + " cannot be used: " + *problem);
}

} // namespace

std::unique_ptr<external_claims_storage> open_ecs(const ecs_entry& entry) {
    switch (entry.type) {
    case ecs_type::sfc:
        return std::make_unique<ecs_sfc>(entry.path);
    case ecs_type::http:
        return std::make_unique<ecs_http>(entry);
    }
    throw failure(errc::internal, "There is no such type of ECS.");
}

void require_registrable(const ecs_key& key) {
    require_name("key's name", key.name);
    require_name("version", key.omegasafe_version);
    if (key.alpha_capacity == 0 || key.alpha_capacity > wire::largest_capacity)
        refuse("A key has 1 to " + std::to_string(wire::largest_capacity) + " positions.");
}

void require_editable(const edit_ecs_key& changes) {
    if (changes.name)
        require_name("key's name", *changes.name);
    if (changes.omegasafe_version)
        require_name("version", *changes.omegasafe_version);
}

void require_claim_size(std::uint64_t size) {
    if (size == 0 || size > wire::largest_number)
        refuse("A claim is for 1 to " + std::to_string(wire::largest_number) + " positions.");
}

void require_uploadable(const ecs_delta& delta, crypto::const_byte_span container) {
    if (delta.seq_number == 0 || delta.seq_number > wire::largest_number)
        refuse("The Deltas of a key have the numbers 1 to " + std::to_string(wire::largest_number) + ".");
    if (container.empty())
        refuse("A Delta without content is none.");
    if (container.size() > limits::delta_container_bytes)
        refuse("The Delta is larger than the 10 MiB an ECS takes.");
}

} // namespace omegasafe::ecs
