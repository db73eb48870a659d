// What create-ecs-storage and edit-ecs-storage share: flags, questions and credentials of a storage.
#pragma once

#include "cli/flags.hpp"

namespace omegasafe::cli {

inline constexpr const char* access_key_id_variable = "OMEGASAFE_STORAGE_ACCESS_KEY_ID";
inline constexpr const char* secret_access_key_variable = "OMEGASAFE_STORAGE_SECRET_ACCESS_KEY";

/// What the flags say; an empty value is a value.
struct storage_flags {
    std::optional<std::string> name, provider, bucket_name, region, endpoint_url, remote_path;
    std::string access_key_id, secret_access_key;

    bool any_field() const { return name || provider || bucket_name || region || endpoint_url || remote_path; }
    bool any_credential() const { return !access_key_id.empty() || !secret_access_key.empty(); }
};

/// Registers -a, -b, -k, -m, -n, -p, -r and -u.
void add_storage_flags(CLI::App& command, const std::shared_ptr<storage_flags>& flags);

/// Everything but the credentials: from the flags, else asked for on a terminal with what `current` has as the answer
/// of Enter, else as in `current`. A region or an endpoint that the provider leaves no choice for is not asked for.
/// failure(usage) names the flag of a value that is missing or not accepted.
ecs_storage choose_storage_fields(const storage_flags& flags, const ecs_storage& current);

/// Fills in the credentials: each from its flag, else from the environment, else asked for without echo.
void choose_credentials(const storage_flags& flags, storage_fields& fields);

/// What the bucket must allow, on a terminal only.
void show_storage_guidance(const std::string& provider);

} // namespace omegasafe::cli
