// omegasafe init: configuration root, the three containers, the configuration password (reference sections 2, 3, 8).
#include "cli/ask/http_entry.hpp"
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include "cli/terminal/logging.hpp"
#include "cli/terminal/terminal.hpp"
#include "crypto/shown_text.hpp"

namespace omegasafe::cli {

namespace {

namespace fs = std::filesystem;

struct init_options {
    bool create_http_ecs = false, skip_http_ecs = false;
    bool override_existing = false, no_override = false;
    bool new_password = false, reuse_password = false;
    bool generate_layer = false, no_layer = false;
    http_ecs_flags http_ecs;
};

const http_ecs_flag_names init_flag_names{"--http-ecs-name", "--http-ecs-url", "--http-ecs-api-key"};

/// True when an existing root is to be replaced; false when there is none.
bool decide_override(const init_options& options, const fs::path& root) {
    if (!anything_in_config_root(root))
        return false;
    if (options.override_existing)
        return true;
    const std::string found = "There is already a configuration in " + root.string();
    if (options.no_override || !interactive())
        throw failure(errc::config_exists, found + "; --override-existing replaces it and destroys its keys.");
    show_guidance(found + ".");
    if (!ask_yes_no("Overwrite it? Every key in it will be lost.", false, "--override-existing"))
        throw failure(errc::aborted, "Operation aborted.");
    return true;
}

struct chosen_password {
    secure_bytes password;
    std::string origin; // for the summary
    keyring_use keyring = keyring_use::none;
};

/// What there is already. Asked before any question: a keyring that does not answer makes all of them pointless.
struct known_passwords {
    std::optional<secure_bytes> environment = environment_password();
    std::optional<secure_bytes> keyring = environment ? std::nullopt : keyring_password();
};

chosen_password choose_password(const init_options& options, known_passwords there) {
    if (there.environment) {
        if (const auto weakness = password_weakness(there.environment->text()))
            log_warning("The configuration password is weak: " + *weakness);
        return {std::move(*there.environment), "taken from the environment", keyring_use::none};
    }
    auto& known = there.keyring;
    if (!known && options.reuse_password)
        throw failure(errc::password_missing, "The keyring holds no configuration password to reuse; leave "
                                              "--reuse-password out, and a new one is generated.");
    if (known && !options.new_password) {
        const bool reuse = options.reuse_password || ask_yes_no("The keyring holds a configuration password. Reuse it?",
                                                         true, "--reuse-password or --new-password");
        if (reuse)
            return {std::move(*known), "reused from the system keyring", keyring_use::holds};
    }
    return {generate_password(), "generated and stored in the system keyring", keyring_use::store};
}

/// Null: no layer.
secret_ptr choose_layer(const init_options& options) {
    if (options.generate_layer)
        return std::make_shared<const secure_bytes>(generate_layer_password());
    if (options.no_layer || !interactive())
        return nullptr;
    show_guidance("The AES-256-GCM layer around encrypted files keeps them safe where an attacker may know or\n"
                  "choose part of what is encrypted, and shows every change to them. It is recommended.");
    if (!ask_yes_no("Switch it on with a generated password?", true, "--generate-layer-password or --no-layer"))
        return nullptr;
    return std::make_shared<const secure_bytes>(generate_layer_password());
}

/// What --create-http-ecs asks for, complete and checked before anything is made.
std::optional<new_http_ecs> flagged_http_ecs(const init_options& options) {
    const auto& flags = options.http_ecs;
    if (!options.create_http_ecs) {
        if (flags.name || !flags.url.empty() || !flags.api_key.empty() || flags.development_mode)
            throw failure(errc::usage, "The --http-ecs flags are for --create-http-ecs; pass that too, or leave them "
                                       "out and use create-http-ecs later.");
        return std::nullopt;
    }
    const bool has_key = !flags.api_key.empty() || given_secret({}, {}, api_key_variable, api_key_problem) != nullptr;
    if (!flags.name || flags.url.empty() || !has_key)
        throw failure(errc::usage, "--create-http-ecs needs --http-ecs-name, --http-ecs-url and --http-ecs-api-key "
                                   "(or OMEGASAFE_HTTP_ECS_API_KEY).");
    return choose_http_ecs(flags, init_flag_names);
}

/// The configuration stays whatever the server says: everything in it is as good as before.
ecs_info add_flagged_http_ecs(session& session, const new_http_ecs& wanted) {
    try {
        return session.open().create_http_ecs(wanted);
    } catch (const failure& problem) {
        throw failure(problem.code(), std::string{"The configuration is made, but the HTTP ECS is not in it: "} +
                                          as_sentence(problem) + " Add it with create-http-ecs, not with init again.");
    }
}

/// On a terminal, as often as somebody likes to try.
std::optional<ecs_info> ask_for_http_ecs(session& session, const init_options& options) {
    if (options.skip_http_ecs || !interactive() || !ask_yes_no("Connect to an HTTP ECS now?", false, "--skip-http-ecs"))
        return std::nullopt;
    for (;;) {
        try {
            return session.open().create_http_ecs(choose_http_ecs({}, init_flag_names));
        } catch (const failure& problem) {
            if (problem.code() == errc::aborted)
                throw;
            show_guidance(problem.what());
        }
        if (!ask_yes_no("Try again?", true, "--skip-http-ecs"))
            return std::nullopt;
    }
}

/// Whoever breaks off here has a new configuration all the same.
std::optional<ecs_info> offer_http_ecs(session& session, const init_options& options) {
    try {
        return ask_for_http_ecs(session, options);
    } catch (const failure& problem) {
        if (problem.code() != errc::aborted)
            throw;
        throw failure(errc::aborted, "No HTTP ECS was added. The new configuration is made and complete; add one with "
                                     "create-http-ecs, not with init again.");
    }
}

void tell_http_ecs(outcome& out, const std::optional<ecs_info>& ecs) {
    if (ecs)
        out.line("HTTP ECS created: " + ecs->name + " (" + to_string(ecs->ecs_uuid) + "), " + ecs->url);
    out.field("ecs_uuid", ecs ? json(to_string(ecs->ecs_uuid)) : json(nullptr));
    out.field("ecs_name", ecs ? json(ecs->name) : json(nullptr));
    out.field("url", ecs ? json(ecs->url) : json(nullptr));
}

void warn_of_layer_off() {
    log_warning("The AES-256-GCM layer around encrypted files is off; switch it on with TRADITIONAL_ENC_LAYER_PASS in "
                "config.ini, or use --generate-layer-password with init (--no-layer: off, without this line).");
}

void run_init(session& session, const init_options& options) {
    const auto flagged = flagged_http_ecs(options);
    const bool own_root = !session.config_dir().empty();
    const auto root = find_config_root(session.config_dir());
    if (own_root && !fs::is_directory(root))
        throw failure(errc::config_missing,
            "The config directory " + root.string() + " does not exist; create it first (mkdir -m 700).");
    known_passwords known;
    const bool replace = decide_override(options, root);
    const auto layer = choose_layer(options);
    auto chosen = choose_password(options, std::move(known));
    create_config({root, std::make_shared<const secure_bytes>(std::move(chosen.password)), replace, !own_root, layer,
        chosen.keyring});
    if (!layer && !options.no_layer && !interactive())
        warn_of_layer_off();

    outcome out{session};
    out.line("OmegaSafe is initialised.");
    out.value("Configuration directory", "config_dir", root.string());
    out.value("Configuration password", "config_password", chosen.origin);
    out.value("AES-256-GCM layer", "traditional_layer", layer != nullptr);
    if (layer)
        out.lines("Its password stands in " + crypto::shown_line((root / "config.ini").string()) +
                  " as TRADITIONAL_ENC_LAYER_PASS.\nKeep a copy: files encrypted with it cannot be read without it.");
    const auto ecs = flagged ? add_flagged_http_ecs(session, *flagged) : offer_http_ecs(session, options);
    tell_http_ecs(out, ecs);
    const std::string dir = own_root ? " --config-dir " + crypto::shown_line(root.string()) : "";
    out.lines(ecs ? "Next: omegasafe create-key" + dir + "\nor for a shared key: omegasafe list-invites" + dir
                  : "Next: omegasafe create-http-ecs" + dir + "\nor on this device: omegasafe create-sfc-ecs" + dir +
                        "\nthen: omegasafe create-key" + dir);
    out.finish();
}

} // namespace

void add_init(CLI::App& app) {
    const auto options = std::make_shared<init_options>();
    auto* command = add_command(app, "init", "Initialize configuration and containers",
        [options](session& session) { run_init(session, *options); });
    auto* create = command->add_flag("-c,--create-http-ecs", options->create_http_ecs,
        "Create HTTP ECS by arguments (requires name,\nURL and API key)");
    auto* generate = command->add_flag("--generate-layer-password", options->generate_layer,
        "Switch the AES-256-GCM layer on with a\ngenerated password, without prompt");
    command->add_flag("--no-layer", options->no_layer, "Leave the AES-256-GCM layer off without prompt")
        ->excludes(generate);
    command->add_option("-k,--http-ecs-api-key", options->http_ecs.api_key,
        "HTTP ECS API key (or, unseen by others,\nOMEGASAFE_HTTP_ECS_API_KEY)");
    command->add_option_function<std::string>(
        "-n,--http-ecs-name", [options](const std::string& name) { options->http_ecs.name = name; },
        "HTTP ECS display name");
    auto* replace = command->add_flag(
        "-o,--override-existing", options->override_existing, "Overwrite existing configuration without prompt");
    auto* fresh = command->add_flag("-p,--new-password", options->new_password,
        "Generate a new config password (existing\ncontainers become inaccessible)");
    command->add_flag("-r,--reuse-password", options->reuse_password, "Reuse existing keyring password without prompt")
        ->excludes(fresh);
    command->add_flag("-s,--skip-http-ecs", options->skip_http_ecs, "Skip HTTP ECS setup prompt")->excludes(create);
    command->add_option(
        "-u,--http-ecs-url", options->http_ecs.url, "HTTP ECS base URL (host[:port][/base], no scheme)");
    command->add_flag("-v,--http-ecs-dev-mode", options->http_ecs.development_mode,
        "Enable HTTP ECS development mode (skip\ncertificate verification)");
    command->add_flag("-x,--no-override", options->no_override, "Refuse to overwrite existing configuration")
        ->excludes(replace);
}

} // namespace omegasafe::cli
