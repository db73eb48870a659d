#include "cli/session.hpp"

#include "cli/text.hpp"

namespace omegasafe::cli {

client& session::open(unsigned max_threads) {
    if (!client_)
        client_ = std::make_unique<client>(
            client_options{.config_dir = common_.config_dir, .max_threads = max_threads, .password = {}});
    return *client_;
}

void session::tell_of_newer_version() {
    if (!client_ || common_.as_json)
        return;
    if (const auto latest = client_->newer_version())
        print("A newer version of omegasafe is available: " + *latest + " (this is " + std::string{version()} + ").");
}

} // namespace omegasafe::cli
