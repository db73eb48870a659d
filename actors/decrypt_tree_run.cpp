// Decryption of a whole tree: the index says what goes where; folders get their mode and time when all is in them.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "actors/tree_places.hpp"
#include "actors/tree_run.hpp"
#include "messages/limits.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/group_sync.hpp"
#include "storage/files/system_error.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unordered_map>

namespace omegasafe::actors {

namespace {

std::shared_ptr<const storage::file_source> open_index(const storage::held_folder& folder) {
    const std::string name{storage::tree_index_name};
    if (!folder.status(name))
        throw failure(errc::input_unreadable,
            folder.path_of(name).string() + " does not exist: " + folder.path().string() +
                " is no encrypted tree, or encrypt-tree has not finished it (run that with --resume).");
    return std::make_shared<storage::file_source>(folder.open_file(name));
}

bool is_there(const std::optional<struct stat>& status, const file_attributes& wanted) {
    if (!status || !S_ISREG(status->st_mode))
        return false;
    const auto found = storage::attributes_of(*status);
    return found.size == wanted.size && storage::same_time(found.mtime_ns, wanted.mtime_ns);
}

/// A folder that can be written into, whatever mode it had or will get.
file_identity make_open_folder(const storage::held_folder& root, const std::string& below) {
    const auto path = root.path_of(below);
    const auto parent = root.open_folder(storage::parent_of(below));
    const bool made = ::mkdirat(parent.get(), storage::last_of(below).c_str(), 0700) == 0;
    const int error = errno;
    const auto folder = root.open(below, O_PATH);
    struct stat status {};
    if ((!made && error != EEXIST) || !folder || ::fstat(folder.get(), &status) != 0)
        throw storage::system_failure(
            errc::output_refused, "Cannot make the folder " + path.string(), made || error == EEXIST ? errno : error);
    if (!S_ISDIR(status.st_mode)) // a link would lead out of the tree
        throw failure(errc::output_refused, path.string() + " is there and no folder; move it away.");
    // By /proc: an O_PATH descriptor, which needs no right to read, cannot be given to fchmod.
    if ((status.st_mode & S_IRWXU) != S_IRWXU &&
        ::chmod(storage::proc_path(folder.get()).c_str(), (status.st_mode & 07777) | S_IRWXU) != 0)
        throw storage::system_failure(errc::output_refused, "Cannot write into the folder " + path.string(), errno);
    return storage::identity_of(status);
}

void restore_folder(const storage::held_folder& root, const std::string& below, const file_attributes& attributes,
    const file_identity& seen) {
    const auto modified = storage::to_timespec(attributes.mtime_ns);
    const timespec times[2] = {modified, modified};
    const auto folder = root.open_folder(below, seen);
    if (::fchmod(folder.get(), attributes.mode) != 0 || ::futimens(folder.get(), times) != 0)
        throw storage::system_failure(
            errc::output_refused, "Cannot restore mode and time of the folder " + root.path_of(below).string(), errno);
}

class decrypt_tree_run final : public tree_run {
public:
    decrypt_tree_run(const asker_on<actor_floor::file_job>& me, const decrypt_tree& request)
        : tree_run(request.output), request_(request) {
        input_root_ = std::make_shared<const storage::held_folder>(request_.input, errc::input_unreadable);
        auto [index, key_uuid, protection] = read_tree_index(me, *input_root_);
        key_uuid_ = key_uuid;
        note(protection);
        tree_uuid_ = index.tree_uuid;
        storage::tree_filter{request_.patterns}.select(index.entries);
        output_root_ = make_tree_folder(output_);
        for (auto& entry : index.entries)
            plan_.push_back({std::move(entry), {}, errc::none, {}});
        order_by_position();
        std::set<std::string> unusable; // folders in which nothing can be written
        for (std::size_t number = 0; number < plan_.size(); ++number)
            prepare(number, unusable);
    }

    file_group group(const tree_unit& unit) const override {
        return {crypto::direction::decrypt, key_uuid_, output_root_, request_.overwrite, unit};
    }
    std::variant<encrypt_tree_file, decrypt_tree_file> single(const tree_file& file) const override {
        return decrypt_tree_file{file, key_uuid_, request_.overwrite};
    }

    tree_report finish() override {
        const storage::group_sync sync(output_root_);
        std::vector<std::string> written; // folders, and files that a killed run may not have got to the disk
        // From the end: writing into a folder, and giving one in it a mode, changes the folder's own time.
        for (auto number = plan_.size(); number-- > 0;) {
            const auto& [entry, status, code, sentence] = plan_[number];
            if (!entry.is_folder) {
                if (status == tree_status::resumed)
                    written.push_back(entry.path);
                continue;
            }
            if (status)
                continue;
            try {
                restore_folder(*output_root_, entry.path, entry.attributes, folders_seen_.at(entry.path));
                written.push_back(entry.path);
            } catch (const failure& problem) {
                mark_failed(number, problem);
            }
        }
        if (!written.empty())
            sync.sync(written);
        return report();
    }

private:
    /// As they were encrypted, so that those of one Delta come together.
    void order_by_position() {
        order_ = numbers();
        std::ranges::sort(order_, {}, [&](std::size_t n) { return plan_[n].entry.proof.global_position_start; });
    }

    void prepare(std::size_t number, std::set<std::string>& unusable) {
        const auto& entry = plan_[number].entry;
        const auto slash = entry.path.rfind('/');
        try {
            if (slash != std::string::npos && unusable.contains(entry.path.substr(0, slash)))
                throw failure(errc::output_refused, "The folder it belongs into could not be made.");
            if (entry.is_folder)
                folders_seen_.emplace(entry.path, make_open_folder(*output_root_, entry.path));
            else if (request_.resume && is_there(output_root_->status(entry.path), entry.attributes))
                plan_[number].status = tree_status::resumed;
        } catch (const failure& problem) {
            mark_failed(number, problem);
            if (entry.is_folder)
                unusable.insert(entry.path);
        }
    }

    tree_file sides_of(std::size_t number) const override {
        const auto& entry = plan_[number].entry;
        const auto folder = folders_seen_.find(storage::parent_of(entry.path));
        return {number, {input_root_, storage::encrypted_name(entry.encrypted)}, {output_root_, entry.path},
            entry.attributes, {}, folder == folders_seen_.end() ? std::nullopt : std::optional{folder->second},
            entry.proof};
    }

    decrypt_tree request_;
    uuid key_uuid_;
    held_folder_ptr input_root_;
    std::unordered_map<std::string, file_identity> folders_seen_;
};

} // namespace

found_index read_tree_index(const asker_on<actor_floor::file_job>& me, const storage::held_folder& folder) {
    const auto source = open_index(folder);
    const auto file = layer_opener{me}.open(source);
    const auto position = file.metadata.global_position_start;
    const usable_key key{me, file.metadata.key_uuid};
    const auto delta = key.delta_at(position);
    const auto plain = storage::decrypt_whole(
        *delta, static_cast<std::uint64_t>(position - delta->info.first_position()), file, limits::tree_index_bytes);
    return {storage::decode_tree_index(plain.content()), file.metadata.key_uuid, protection_of(file, key)};
}

std::unique_ptr<tree_run> start_tree(const asker_on<actor_floor::file_job>& me, const decrypt_tree& request) {
    return std::make_unique<decrypt_tree_run>(me, request);
}

} // namespace omegasafe::actors
