// A configuration root of its own for an end-to-end test.
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace omegasafe::test {

/// A temporary folder with an empty config root in it; commands get the root by --config-dir and the configuration
/// password by OMEGASAFE_CONFIG_PASSWORD. `options` holds what else they get.
class config_root {
public:
    config_root();

    const temp_dir& folder() const { return folder_; }
    /// The config root, itself inside folder().
    std::filesystem::path path() const { return folder_ / "config"; }
    run_options options;

    /// `command` with `--config-dir` behind it and then the rest: run({"encrypt", "-i", ...}).
    run_result run(const arguments& args) const;
    /// The arguments that run() uses, for process and terminal.
    arguments with_config_dir(const arguments& args) const;

    /// Each throws std::runtime_error with the output when a command fails.
    void initialise();
    /// Adds an SFC ECS named "local" in folder()/ecs.sfc.
    void create_ecs();
    /// Makes a key with the smallest parts; gives its UUID.
    std::string create_key(const std::string& name = "test-key", const std::string& nucleus_mb = "0.10",
        const std::string& rotor_mb = "0.10", const std::string& rotors = "2");
    /// initialise, create_ecs, create_key.
    std::string initialise_with_key();
    /// A file in folder() with `size` bytes that look random and are the same each time.
    std::filesystem::path make_file(const std::string& name, std::size_t size) const;

private:
    run_result must_run(const arguments& args) const;

    temp_dir folder_;
};

/// One whose password is in the keyring of tests/support/with-keyring, under a service of the test's own.
class keyring_config_root : public config_root {
public:
    explicit keyring_config_root(const std::string& service);
};

/// Locks the keyring of tests/support/with-keyring, for the rest of its session.
void lock_keyring();

} // namespace omegasafe::test
