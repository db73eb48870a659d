// Decryption of a whole tree: the index says what goes where; folders get their mode and time when all is in them.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "actors/tree_run.hpp"
#include "messages/limits.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/group_sync.hpp"
#include "storage/files/system_error.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <fcntl.h>
#include <set>

namespace omegasafe::actors {

namespace fs = std::filesystem;

namespace {

std::shared_ptr<const storage::file_source> open_index(const fs::path& folder) {
    const auto path = folder / storage::tree_index_name;
    std::error_code unknown;
    if (!fs::exists(path, unknown))
        throw failure(errc::input_unreadable,
            path.string() + " does not exist: " + folder.string() +
                " is no encrypted tree, or encrypt-tree has not finished it (run that with --resume).");
    return std::make_shared<storage::file_source>(path);
}

bool is_there(const fs::path& path, const file_attributes& wanted) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    const auto found = storage::attributes_of(status);
    return found.size == wanted.size && storage::same_time(found.mtime_ns, wanted.mtime_ns);
}

/// A folder that can be written into, whatever mode it had or will get.
void make_open_folder(const fs::path& path) {
    if (::mkdir(path.c_str(), 0700) == 0)
        return;
    const int error = errno;
    struct stat status {};
    if (error != EEXIST || ::lstat(path.c_str(), &status) != 0)
        throw storage::system_failure(errc::output_refused, "Cannot make the folder " + path.string(), error);
    if (!S_ISDIR(status.st_mode)) // a link would lead out of the tree
        throw failure(errc::output_refused, path.string() + " is there and no folder; move it away.");
    if ((status.st_mode & S_IRWXU) != S_IRWXU && ::chmod(path.c_str(), (status.st_mode & 07777) | S_IRWXU) != 0)
        throw storage::system_failure(errc::output_refused, "Cannot write into the folder " + path.string(), errno);
}

void restore_folder(const fs::path& path, const file_attributes& attributes) {
    const auto modified = storage::to_timespec(attributes.mtime_ns);
    const timespec times[2] = {modified, modified};
    if (::chmod(path.c_str(), attributes.mode) != 0 || ::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0)
        throw storage::system_failure(
            errc::output_refused, "Cannot restore mode and time of the folder " + path.string(), errno);
}

class decrypt_tree_run final : public tree_run {
public:
    decrypt_tree_run(const asker_on<actor_floor::file_job>& me, const decrypt_tree& request)
        : tree_run(request.output), request_(request) {
        auto [entries, protection] = read_tree_index(me, request_.input);
        note(protection);
        storage::tree_filter{request_.patterns}.select(entries);
        make_tree_folder(output_);
        for (auto& entry : entries)
            plan_.push_back({std::move(entry), {}, errc::none, {}});
        std::set<std::string> unusable; // folders in which nothing can be written
        for (std::size_t number = 0; number < plan_.size(); ++number)
            prepare(number, unusable);
    }

    file_group group(const tree_unit& unit) const override {
        return {crypto::direction::decrypt, {}, output_, request_.overwrite, unit};
    }
    std::variant<encrypt_file, decrypt_file> single(const tree_file& file) const override {
        return decrypt_file{file.input, file.output.parent_path(), file.output.filename().string(), request_.overwrite,
            false, file.attributes};
    }

    tree_report finish() override {
        const storage::group_sync sync(output_);
        std::vector<fs::path> folders;
        // From the end: writing into a folder, and giving one in it a mode, changes the folder's own time.
        for (auto number = plan_.size(); number-- > 0;) {
            const auto& [entry, status, code, sentence] = plan_[number];
            if (!entry.is_folder || status)
                continue;
            try {
                restore_folder(output_ / entry.path, entry.attributes);
                folders.push_back(output_ / entry.path);
            } catch (const failure& problem) {
                mark_failed(number, problem);
            }
        }
        if (!folders.empty())
            sync.sync(folders);
        return report();
    }

private:
    void prepare(std::size_t number, std::set<std::string>& unusable) {
        const auto& entry = plan_[number].entry;
        const auto slash = entry.path.rfind('/');
        try {
            if (slash != std::string::npos && unusable.contains(entry.path.substr(0, slash)))
                throw failure(errc::output_refused, "The folder it belongs into could not be made.");
            if (entry.is_folder)
                make_open_folder(output_ / entry.path);
            else if (request_.resume && is_there(output_ / entry.path, entry.attributes))
                plan_[number].status = tree_status::resumed;
        } catch (const failure& problem) {
            mark_failed(number, problem);
            if (entry.is_folder)
                unusable.insert(entry.path);
        }
    }

    tree_file sides_of(std::size_t number) const override {
        const auto& entry = plan_[number].entry;
        return {
            number, request_.input / storage::encrypted_name(entry.encrypted), output_ / entry.path, entry.attributes};
    }

    decrypt_tree request_;
};

} // namespace

tree_index read_tree_index(const asker_on<actor_floor::file_job>& me, const fs::path& folder) {
    const auto source = open_index(folder);
    const auto file = storage::open_encrypted_file(source, layer_password(me));
    const auto position = file.metadata.global_position_start;
    const usable_key key{me, file.metadata.key_uuid};
    const auto delta = key.delta_at(position);
    const auto plain = storage::decrypt_whole(
        *delta, static_cast<std::uint64_t>(position - delta->info.first_position()), file, limits::tree_index_bytes);
    return {storage::decode_tree_index(plain.content()), protection_of(file, key)};
}

std::unique_ptr<tree_run> start_tree(const asker_on<actor_floor::file_job>& me, const decrypt_tree& request) {
    return std::make_unique<decrypt_tree_run>(me, request);
}

} // namespace omegasafe::actors
