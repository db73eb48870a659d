#include "tests/support/config_root.hpp"

#include "crypto/kdf.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

namespace omegasafe::test {

config_root::config_root() {
    std::filesystem::create_directory(path());
    // As init generates them: no scrypt, so that a test's time, and where a kill hits, is the command's own work.
    static const auto password = crypto::generate_password();
    options.env["OMEGASAFE_CONFIG_PASSWORD"] = password.text();
}

arguments config_root::with_config_dir(const arguments& args) const {
    arguments all = args;
    all.insert(all.begin() + 1, {"--config-dir", path().string()});
    return all;
}

run_result config_root::run(const arguments& args) const {
    return test::run(with_config_dir(args), options);
}

run_result config_root::must_run(const arguments& args) const {
    run_result result = run(args);
    if (result.exit_code != 0)
        throw std::runtime_error("omegasafe " + args.front() + ": " + result.describe());
    return result;
}

void config_root::initialise() {
    must_run({"init", "--skip-http-ecs", "--no-override", "--no-layer"});
}

void config_root::create_ecs() {
    must_run(
        {"create-sfc-ecs", "--ecs-name", "local", "--sfc-path", (folder_ / "ecs.sfc").string(), "--confirm-sfc-ecs"});
}

std::string config_root::create_key(
    const std::string& name, const std::string& nucleus_mb, const std::string& rotor_mb, const std::string& rotors) {
    must_run({"create-key", "--key-name", name, "--nucleus-size-mb", nucleus_mb, "--rotor-size-mb", rotor_mb,
        "--number-of-rotors", rotors});
    const run_result listed = must_run({"list-keys", "--json", "--log-level", "WARNING"});
    const auto payload = nlohmann::json::parse(listed.out);
    for (const auto& key : payload.at("keys"))
        if (key.at("key_name_local") == name)
            return key.at("key_uuid");
    throw std::runtime_error("list-keys does not show " + name + ": " + listed.describe());
}

std::string config_root::initialise_with_key() {
    initialise();
    create_ecs();
    return create_key();
}

std::filesystem::path config_root::make_file(const std::string& name, std::size_t size) const {
    std::mt19937_64 generator(size);
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
        const std::uint64_t word = generator();
        text.replace(
            i, std::min(sizeof word, size - i), reinterpret_cast<const char*>(&word), std::min(sizeof word, size - i));
    }
    write_text(folder_ / name, text);
    return folder_ / name;
}

keyring_config_root::keyring_config_root(const std::string& service) {
    options.env.erase("OMEGASAFE_CONFIG_PASSWORD");
    for (const auto* session : {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"})
        if (const char* value = std::getenv(session))
            options.env[session] = value;
    options.env["OMEGASAFE_KEYRING_SERVICE_NAME"] = service;
}

void lock_keyring() {
    run_options options;
    options.program = "dbus-send";
    options.env["DBUS_SESSION_BUS_ADDRESS"] = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    const auto result =
        test::run({"--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
                      "org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login"},
            options);
    if (result.exit_code != 0)
        throw std::runtime_error("The keyring cannot be locked: " + result.describe());
}

} // namespace omegasafe::test
