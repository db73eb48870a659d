#include "actors/file_groups.hpp"

#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "actors/tree_places.hpp"
#include "messages/limits.hpp"
#include "messages/log.hpp"
#include "storage/files/group_sync.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <span>

namespace omegasafe::actors {

namespace {

using limits::file_metadata_bytes;
using results = std::vector<file_result>;
using tree_files = std::span<const tree_file>;

/// What goes wrong with one file is that file's result; what is right is said by `body`.
template <class F>
file_result attempt(const tree_file& file, F body) {
    try {
        file_result done{file.number, errc::none, {}};
        body(done);
        return done;
    } catch (const failure& problem) {
        return {file.number, problem.code(), problem.what()};
    }
}

/// Encoded bytes of a file with the largest suffix.
std::uint64_t longest(std::uint64_t size) {
    return file_metadata_bytes + size + size * limits::suffix_percent / 100;
}

/// Waits until what was written is durable; without that nothing of the group counts.
void sync_written(const storage::group_sync& group, tree_files files, const results& done) {
    std::vector<std::string> written;
    for (std::size_t i = 0; i < files.size(); ++i)
        if (done[i].code == errc::none)
            written.push_back(files[i].output.below);
    if (!written.empty())
        group.sync(written);
}

class group_encryption {
public:
    group_encryption(const asker_on<actor_floor::file_job>& me, const file_group& group)
        : key_(me, group.key_uuid), key_uuid_(group.key_uuid), layer_(key_.layer_to_seal()),
          capacity_(key_.iterations()->front().geometry.capacity()), sync_(group.folder),
          buffer_(longest(limits::small_file_bytes)) {}

    /// Throws when not even the smallest file has a claim: the next group would ask as long and in vain.
    results run(tree_files files) {
        encrypt(files);
        if (refused_ && std::ranges::none_of(done_, [](const file_result& one) { return one.code == errc::none; }))
            throw failure(refused_->problem);
        sync_written(sync_, files, done_);
        return std::move(done_);
    }

private:
    void encrypt(tree_files files) {
        std::vector<std::uint64_t> lengths;
        std::uint64_t sum = 0;
        for (const auto& file : files) {
            const auto size = file.attributes.size;
            lengths.push_back(file_metadata_bytes + size + storage::draw_suffix_length(size, capacity_));
            sum += lengths.back();
        }
        if (const auto claim = claim_of(sum)) {
            encrypt_with(*claim, files, lengths);
        } else if (files.size() > 1) { // smaller claims may be had
            encrypt(files.first(files.size() / 2));
            encrypt(files.subspan(files.size() / 2));
        } else {
            done_.push_back({files.front().number, refused_->problem.code(), refused_->problem.what()});
        }
    }

    /// Nothing when no claim is that large. What was refused once is not asked for again: the ECS may be far away.
    std::optional<claimed_positions> claim_of(std::uint64_t size) {
        if (refused_ && size >= refused_->size)
            return std::nullopt;
        try {
            return key_.claim(size);
        } catch (const failure& problem) {
            if (problem.code() != errc::claim_insufficient)
                throw;
            refused_ = {size, problem};
            return std::nullopt;
        }
    }

    void encrypt_with(const claimed_positions& claim, tree_files files, const std::vector<std::uint64_t>& lengths) {
        std::uint64_t offset = 0; // a file that fails leaves its part of the range unused
        for (std::size_t i = 0; i < files.size(); offset += lengths[i], ++i)
            done_.push_back(attempt(files[i], [&](file_result& done) {
                done.proof = encrypt_one(files[i], claim, offset, lengths[i]);
                done.protection = protection_with(layer_);
            }));
    }

    file_proof encrypt_one(
        const tree_file& file, const claimed_positions& claim, std::uint64_t offset, std::uint64_t length) {
        const auto source = open_input(file);
        const auto encoded = buffer_.span().first(length);
        if (source.size() == file.attributes.size)
            source.read_at(0, encoded.subspan(file_metadata_bytes, file.attributes.size));
        require_unchanged(source, file);
        const auto first = claim.claimed.range.first + offset;
        log::debug("Encrypting {} with positions {} to {} of Delta {}.", source.name(), crypto::to_decimal(first),
            crypto::to_decimal(first + length - 1), claim.claimed.seq_number);
        const auto made = storage::encrypt_in_place(*claim.delta, claim.position_in_delta + offset, {key_uuid_, first},
            storage::last_of(file.input.below), encoded, file.attributes.size, layer_);
        auto output = make_output(file, storage::existing_target::refuse);
        output.write_at(0, made.bytes);
        output.publish();
        return made.proof;
    }

    static void require_unchanged(const storage::file_source& source, const tree_file& file) {
        if (source.size() != file.attributes.size || source.mtime_ns() != file.attributes.mtime_ns ||
            !source.unchanged())
            throw failure(errc::io_failed, "The file " + source.name() +
                                               " changed while the tree was encrypted; nothing was kept of it. Run "
                                               "the command again with --resume.");
    }

    usable_key key_;
    uuid key_uuid_;
    password_ptr layer_;
    std::uint64_t capacity_;
    storage::group_sync sync_;
    struct refusal {
        std::uint64_t size;
        failure problem;
    };
    std::optional<refusal> refused_; // the smallest
    crypto::secure_bytes buffer_;    // for one encoded file after the other: locking memory for each costs more than it
    results done_;
};

class group_decryption {
public:
    group_decryption(const asker_on<actor_floor::file_job>& me, const file_group& group)
        : me_(me), key_uuid_(group.key_uuid),
          target_(group.overwrite ? storage::existing_target::replace : storage::existing_target::refuse), opener_(me),
          sync_(group.folder) {}

    results run(tree_files files) {
        results done;
        for (const auto& file : files)
            done.push_back(attempt(file, [&](file_result& one) { one.protection = decrypt_one(file); }));
        try {
            sync_written(sync_, files, done);
        } catch (...) {
            withdraw(files, done);
            throw;
        }
        return done;
    }

private:
    /// What may not be on the disk must not be there for --resume either.
    static void withdraw(tree_files files, const results& done) {
        for (std::size_t i = 0; i < files.size(); ++i)
            if (done[i].code == errc::none)
                files[i].output.root->remove(files[i].output.below);
    }

    file_protection decrypt_one(const tree_file& file) {
        const auto found = opener_.open(std::make_shared<storage::file_source>(open_input(file)));
        require_listed_place(file, key_uuid_, found.metadata);
        const auto& delta = delta_of(found.metadata);
        const auto first =
            static_cast<std::uint64_t>(found.metadata.global_position_start - delta.info.first_position());
        const auto plain = storage::decrypt_whole(delta, first, found,
            longest(file.attributes.size)); // an index cannot make us allocate more than it says itself
        require_listed_file(file, plain.metadata);
        auto output = make_output(file, target_);
        output.write_at(0, plain.content());
        output.set_attributes(file.attributes.mode, file.attributes.mtime_ns);
        output.publish();
        return {found.has_layer(), true, storage::file_metadata_version, !found.has_layer() && key_has_layer_};
    }

    /// Neighbours in a tree were encrypted together: the last Delta is mostly the next one too.
    const storage::key_iteration& delta_of(const storage::encryption_metadata& metadata) {
        const auto position = metadata.global_position_start;
        if (!delta_ || delta_->info.key_uuid != metadata.key_uuid || position < delta_->info.first_position() ||
            position > delta_->info.last_position())
            take_delta(usable_key{me_, metadata.key_uuid}, position);
        return *delta_;
    }

    void take_delta(const usable_key& key, u128 position) {
        delta_ = key.delta_at(position);
        key_has_layer_ = key.layer().password != nullptr;
    }

    asker_on<actor_floor::file_job> me_;
    uuid key_uuid_;
    storage::existing_target target_;
    layer_opener opener_;
    storage::group_sync sync_;
    key_iteration_ptr delta_;
    bool key_has_layer_ = false; // the key of delta_
};

} // namespace

std::vector<file_result> run_group(const asker_on<actor_floor::file_job>& me, const file_group& group) {
    return group.direction == crypto::direction::encrypt ? group_encryption{me, group}.run(group.files)
                                                         : group_decryption{me, group}.run(group.files);
}

} // namespace omegasafe::actors
