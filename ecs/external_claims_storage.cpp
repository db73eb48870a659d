#include "ecs/external_claims_storage.hpp"

#include "ecs/ecs_http.hpp"
#include "ecs/ecs_sfc.hpp"
#include "messages/error.hpp"
#include <algorithm>

namespace omegasafe::ecs {

namespace {

[[noreturn]] void refuse(const std::string& sentence) {
    throw failure(errc::ecs_rejected, sentence, invalid_request);
}

void require_name(const std::string& what, const std::string& name) {
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 127; };
    if (name.empty() || name.size() > limits::name_bytes || std::ranges::any_of(name, is_control))
        refuse("A " + what + " has 1 to " + std::to_string(limits::name_bytes) + " bytes and no control characters.");
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
    if (key.alpha_capacity == 0)
        refuse("A key has at least one position.");
}

void require_editable(const edit_ecs_key& changes) {
    if (changes.name)
        require_name("key's name", *changes.name);
    if (changes.omegasafe_version)
        require_name("version", *changes.omegasafe_version);
}

void require_claim_size(std::uint64_t size) {
    if (size == 0 || size > INT64_MAX)
        refuse("A claim is for 1 to " + std::to_string(INT64_MAX) + " positions.");
}

void require_uploadable(const ecs_delta& delta, crypto::const_byte_span container) {
    if (delta.seq_number == 0)
        refuse("The first Delta of a key is Delta 1.");
    if (container.empty())
        refuse("A Delta without content is none.");
    if (container.size() > limits::delta_container_bytes)
        refuse("The Delta is larger than the 10 MiB an ECS takes.");
}

} // namespace omegasafe::ecs
