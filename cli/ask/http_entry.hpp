// What makes up an HTTP ECS entry: name, URL and API key, from flags and the environment, or asked for.
#pragma once

#include "cli/flags.hpp"

namespace omegasafe::cli {

/// What the flags say; empty texts are not given, but an empty name is one that is refused.
struct http_ecs_flags {
    std::optional<std::string> name;
    std::string url, api_key;
    bool development_mode = false;
};

/// How the command calls its flags.
struct http_ecs_flag_names {
    std::string name = "--ecs-name", url = "--api-url", api_key = "--api-key";
};

/// An API key on the command line shows in the list of processes; in the environment it does not.
inline constexpr const char* api_key_variable = "OMEGASAFE_HTTP_ECS_API_KEY";

using wire::api_key_problem;

/// The flag's value, else that of the environment variable; null when neither is there. failure(usage) names where it
/// came from, never the value.
secret_ptr given_secret(const std::string& value, const std::string& flag, const char* variable,
    std::optional<std::string> (*problem)(std::string_view));

/// Asks for a secret until `problem` has nothing against it; an empty answer is null when `may_be_empty`.
secret_ptr ask_for_secret(const std::string& question, const std::string& flag,
    std::optional<std::string> (*problem)(std::string_view), bool may_be_empty = false);

/// What went wrong, with the full stop that a server's words may lack, so that another sentence can follow.
std::string as_sentence(const failure& problem);

/// Checks what is given and asks for the rest, and for development mode when it asked for anything. Without a terminal
/// a missing value is failure(usage) that names its flag.
new_http_ecs choose_http_ecs(const http_ecs_flags& flags, const http_ecs_flag_names& names = {});

} // namespace omegasafe::cli
