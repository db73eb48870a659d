// One run of a command: its common flags, and the config root once the command opens it.
#pragma once

#include <memory>
#include <omegasafe/client.hpp>
#include <string>

namespace omegasafe::cli {

/// -d, -l and -j, which every command takes.
struct common_options {
    std::string config_dir;
    std::string log_level; // empty: INFO, with --json WARNING, so that stdout holds nothing else
    bool as_json = false;
};

class session {
public:
    explicit session(const common_options& common) : common_(common) {}

    bool as_json() const { return common_.as_json; }
    /// What --config-dir says; empty: the library looks for it.
    const std::string& config_dir() const { return common_.config_dir; }

    /// Opens the config root; later calls return what the first has opened. failure(config_missing) when it is not or
    /// half initialised. `max_threads` as in client_options; most commands wait for an ECS or the disk and need one.
    client& open(unsigned max_threads = 1);

    /// One line when the operator of an HTTP ECS offers a newer version; only after a command that opened its root.
    void tell_of_newer_version();

private:
    const common_options& common_;
    std::unique_ptr<client> client_;
};

} // namespace omegasafe::cli
