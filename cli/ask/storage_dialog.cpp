#include "cli/ask/storage_dialog.hpp"

#include "cli/ask/http_entry.hpp"
#include "cli/terminal/terminal.hpp"
#include "wire/storage_rules.hpp"

namespace omegasafe::cli {

namespace {

/// One field: what is given is checked, what is not is asked for on a terminal, or stays when there is something.
std::string choose_field(const std::optional<std::string>& given, const std::string& flag, const std::string& question,
    const std::string& current, const answer_check& check) {
    if (given) {
        if (const auto problem = check(*given))
            throw failure(errc::usage, flag + ": " + *problem);
        return *given;
    }
    const bool stays = !check(current);
    if (!interactive() && stays)
        return current;
    return ask_line(question, flag, check, stays ? std::optional{current} : std::nullopt);
}

/// Empty is a path too, so that a minus sign stands for none where Enter keeps what there is.
std::string choose_remote_path(const std::optional<std::string>& given, const std::string& current) {
    if (given || !interactive())
        return choose_field(given, "--remote-path", "", current, wire::remote_path_problem);
    const auto check = [](const std::string& text) {
        return text == "-" ? std::nullopt : wire::remote_path_problem(text);
    };
    const auto question =
        current.empty() ? "Remote path (optional prefix, Enter for none)" : "Remote path ('-' for none)";
    const auto answer =
        ask_line(question, "--remote-path", check, current.empty() ? std::nullopt : std::optional{current});
    return answer == "-" ? "" : answer;
}

constexpr const char* versioning_guidance =
    "Signed Delta uploads cannot overwrite an existing object. Enable bucket versioning\n"
    "where available, as protection against overwriting with the credentials themselves.";

} // namespace

void add_storage_flags(CLI::App& command, const std::shared_ptr<storage_flags>& flags) {
    // Not plain string options: an empty value must differ from none.
    const auto add = [&](const char* names, std::optional<std::string> storage_flags::*field, const char* help) {
        command.add_option_function<std::string>(
            names, [flags, field](const std::string& value) { (*flags).*field = value; }, help);
    };
    command.add_option("-a,--access-key-id", flags->access_key_id,
        "Access key ID, together with the secret (or\nOMEGASAFE_STORAGE_ACCESS_KEY_ID)");
    add("-b,--bucket-name", &storage_flags::bucket_name, "Bucket name");
    command.add_option("-k,--secret-access-key", flags->secret_access_key,
        "Secret access key (better, unseen by others:\nOMEGASAFE_STORAGE_SECRET_ACCESS_KEY)");
    add("-m,--remote-path", &storage_flags::remote_path, "Remote path prefix (\"\" for none)");
    add("-n,--storage-name", &storage_flags::name, "Storage display name");
    add("-p,--provider", &storage_flags::provider, "Provider (s3 or r2)");
    add("-r,--region", &storage_flags::region, "Bucket region (auto for R2)");
    add("-u,--endpoint-url", &storage_flags::endpoint_url, "Endpoint URL (required for R2)");
}

ecs_storage choose_storage_fields(const storage_flags& flags, const ecs_storage& current) {
    ecs_storage chosen = current;
    chosen.name = choose_field(flags.name, "--storage-name", "Storage name", current.name, wire::storage_name_problem);
    chosen.provider =
        choose_field(flags.provider, "--provider", "Provider (s3 or r2)", current.provider, wire::provider_problem);
    show_storage_guidance(chosen.provider);
    chosen.bucket_name =
        choose_field(flags.bucket_name, "--bucket-name", "Bucket name", current.bucket_name, wire::bucket_name_problem);
    const auto& rules = wire::rules_of(*wire::parse_provider(chosen.provider));
    const bool any_region = rules.region != wire::region_rule::automatic;
    const auto region_check = [&](const std::string& text) { return wire::region_problem(rules.provider, text); };
    chosen.region = any_region || flags.region ? choose_field(flags.region, "--region", "Region (such as eu-central-1)",
                                                     current.region, region_check)
                                               : wire::automatic_region;
    const bool any_endpoint = rules.endpoint == wire::endpoint_rule::given;
    const auto endpoint_check = [&](const std::string& text) {
        return wire::endpoint_url_problem(
            rules.provider, text, wire::plain_http::allowed); // the server may know better
    };
    chosen.endpoint_url = any_endpoint || flags.endpoint_url ? choose_field(flags.endpoint_url, "--endpoint-url",
                                                                   "Endpoint URL", current.endpoint_url, endpoint_check)
                                                             : "";
    chosen.remote_path = choose_remote_path(flags.remote_path, current.remote_path);
    return chosen;
}

void choose_credentials(const storage_flags& flags, storage_fields& fields) {
    fields.access_key_id =
        given_secret(flags.access_key_id, "--access-key-id", access_key_id_variable, wire::access_key_id_problem);
    fields.secret_access_key = given_secret(
        flags.secret_access_key, "--secret-access-key", secret_access_key_variable, wire::secret_access_key_problem);
    if (!interactive() && (!fields.access_key_id || !fields.secret_access_key))
        throw failure(errc::usage, "There is no terminal to ask on; pass --access-key-id and --secret-access-key, or "
                                   "set OMEGASAFE_STORAGE_ACCESS_KEY_ID and OMEGASAFE_STORAGE_SECRET_ACCESS_KEY.");
    if (!fields.access_key_id)
        fields.access_key_id =
            ask_for_secret("Access key ID (not shown)", "--access-key-id", wire::access_key_id_problem);
    if (!fields.secret_access_key)
        fields.secret_access_key =
            ask_for_secret("Secret access key (not shown)", "--secret-access-key", wire::secret_access_key_problem);
}

void show_storage_guidance(const std::string& provider) {
    if (!interactive())
        return;
    if (const auto known = wire::parse_provider(provider))
        show_guidance(std::string{wire::rules_of(*known).guidance});
    show_guidance(versioning_guidance);
}

} // namespace omegasafe::cli
