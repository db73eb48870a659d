#include "engine/keyring_erasure.hpp"

#include "storage/config/config_root_files.hpp"
#include "storage/container/container_file.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::engine {

namespace fs = std::filesystem;

namespace {

/// It opens one of the containers at least, and none refuses it. A damaged one says neither.
bool opens(const std::vector<fs::path>& containers, const secure_bytes& text) {
    const auto password = std::make_shared<storage::sfc_password>(text.text());
    bool opened = false;
    for (const auto& path : containers) {
        try {
            storage::open_container(path, password);
            opened = true;
        } catch (const failure& problem) {
            if (problem.code() == errc::password_wrong)
                return false;
        }
    }
    return opened;
}

} // namespace

keyring_erasure::keyring_erasure(const config_files& files) : files_(files), id_(storage::config_root_id(files.root)) {
    try {
        const auto password = storage::keyring_lookup(labels_);
        known_ = password.has_value();
        opens_ = known_ && opens(files.containers, *password);
    } catch (const failure& problem) {
        unreachable_ = problem.what();
    }
}

/// A copy of a configuration has the id of the one it was made from, which may still be there.
void keyring_erasure::forget_root() {
    if (!id_)
        return;
    const auto noted = storage::keyring_find_root(labels_, id_);
    if (noted && (noted->path == files_.root || storage::config_root_id(noted->path) != id_))
        storage::keyring_remove_root(labels_, *id_);
}

std::optional<fs::path> keyring_erasure::other_root() {
    for (;;) {
        const auto noted = storage::keyring_find_root(labels_, {});
        if (!noted)
            return {};
        // What stood here before was replaced, or lost its keys container.
        if (noted->path != files_.root || !storage::keyring_remove_root(labels_, noted->id))
            return noted->path;
    }
}

void keyring_erasure::finish(config_erasure& result) {
    const auto keep = [&](keyring_fate fate, const std::string& reason) {
        result.keyring = fate;
        result.keyring_reason = reason;
    };
    if (!unreachable_.empty())
        return keep(keyring_fate::not_reachable, unreachable_);
    const bool all_gone = files_.unreachable.empty() && std::ranges::none_of(files_.containers, [&](const auto& path) {
        return std::ranges::find(result.kept, path) != result.kept.end();
    });
    if (!all_gone)
        return keep(known_ ? keyring_fate::kept : keyring_fate::not_found, "not all containers are removed yet");
    try {
        forget_root();
        if (!known_)
            return;
        if (!opens_)
            return keep(keyring_fate::kept, "it does not open this configuration");
        if (const auto other = other_root())
            return keep(keyring_fate::kept, "the configuration in " + other->string() + " was made with it too");
        keep(storage::keyring_remove(labels_) ? keyring_fate::removed : keyring_fate::not_found, "");
    } catch (const failure& problem) {
        keep(keyring_fate::not_reachable, problem.what());
    }
}

} // namespace omegasafe::engine
