// Decryption (or verification) of one file: nothing is released before length and SHA-256 are right.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "actors/tree_places.hpp"
#include "messages/limits.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

using limits::file_metadata_bytes;
using limits::segment_bytes;
using storage::segment_codec;

/// The stored segments of encrypted_data.
class stored_input final : public file_input {
public:
    explicit stored_input(storage::encrypted_file_info file) : file_(std::move(file)) {}

    void read(chunk& next) override {
        file_.container->read_stored(file_.data, next.first_segment, segment_codec::segment_count(next.plain_size),
            {next.stored.data(), next.stored_size});
    }

private:
    storage::encrypted_file_info file_;
};

/// Bytes of the original file, which has `length`, and where they begin in it.
struct original_bytes {
    std::uint64_t offset = 0;
    crypto::const_byte_span bytes;
};
original_bytes original_part(const chunk& done, std::uint64_t length) {
    const std::size_t skipped = done.first_segment == 0 ? file_metadata_bytes : 0;
    const auto offset = done.first_segment * segment_bytes + skipped - file_metadata_bytes;
    const auto size = std::min<std::uint64_t>(done.plain_size - skipped, offset < length ? length - offset : 0);
    return {offset, {done.plain.data() + skipped, static_cast<std::size_t>(size)}};
}

/// The original file: what the chunks hold between FileMetadata and random suffix.
class decrypted_output final : public file_output {
public:
    decrypted_output(const decrypt_file& request, const tree_file* of_tree, const std::string& name)
        : attributes_(request.expected),
          file_(of_tree != nullptr ? make_output(*of_tree, policy(request))
                                   : storage::atomic_file(request.output_folder / name, policy(request))) {}

    const std::filesystem::path& target() const { return file_.target(); }
    void begin(std::uint64_t length) {
        length_ = length;
        file_.reserve(length);
    }

    void write(const chunk& done) override {
        const auto part = original_part(done, length_);
        if (!part.bytes.empty())
            file_.write_at(part.offset, part.bytes);
    }
    void flush() override { file_.flush(); }
    void finish() override {
        if (attributes_)
            file_.set_attributes(attributes_->mode, attributes_->mtime_ns);
        file_.commit();
    }

private:
    static storage::existing_target policy(const decrypt_file& request) {
        return request.overwrite ? storage::existing_target::replace : storage::existing_target::refuse;
    }

    std::optional<file_attributes> attributes_;
    storage::atomic_file file_;
    std::uint64_t length_ = 0;
};

failure another_file(const tree_file& listed) {
    return failure(errc::integrity_failed, path_of(listed.input).string() +
                                               " holds another file than the tree's index says; nothing was written. "
                                               "Restore it from a copy.");
}

class decrypt_run final : public file_run {
public:
    /// `of_tree`: null, or the sides of a tree's file, by which it is opened, and the key of the index.
    decrypt_run(
        const asker_on<actor_floor::file_job>& me, const decrypt_file& request, const decrypt_tree_file* of_tree)
        : request_(request), of_tree_(of_tree != nullptr ? std::optional{of_tree->file} : std::nullopt) {
        if (!request.name_override.empty() && !storage::safe_base_name(request.name_override))
            throw failure(errc::usage, "The name for the output is no plain file name (1 to 255 bytes, no folders).");
        file_ = layer_opener{me}.open(of_tree_ ? std::make_shared<storage::file_source>(open_input(*of_tree_))
                                               : std::make_shared<storage::file_source>(request.input));
        const auto& metadata = file_.metadata;
        if (of_tree != nullptr)
            require_listed_place(of_tree->file, of_tree->key_uuid, metadata);
        if (!request.name_override.empty() && !request.verify_only)
            create_output(request.name_override); // refused early when it exists
        const usable_key key{me, metadata.key_uuid};
        const auto delta = key.delta_at(metadata.global_position_start);
        if (metadata.global_position_start + file_.data.length - 1 > delta->info.last_position())
            throw failure(errc::container_damaged,
                request.input.string() + " is damaged: it claims positions beyond the end of its Delta.");
        position_in_delta_ = static_cast<std::uint64_t>(metadata.global_position_start - delta->info.first_position());
        seq_number_ = delta->info.seq_number;
        job_ = {crypto::direction::decrypt, delta->cipher, file_.container->codec(file_.data), nullptr};
        read_metadata(*delta);
        protection_ = protection_of(file_, key);
    }

    std::shared_ptr<file_input> take_input() override { return std::make_shared<stored_input>(file_); }
    std::shared_ptr<file_output> take_output() override { return std::move(output_); }
    const cipher_chunk& job() const override { return job_; }
    const std::filesystem::path& input() const override { return request_.input; }
    progress state() const override { return {absorbed_, file_.data.length}; }

    bool next(chunk& fresh) override {
        if (next_segment_ == segment_codec::segment_count(file_.data.length))
            return false;
        next_segment_ = place(fresh, next_segment_, limits::chunk_segments, file_.data.length, position_in_delta_);
        return true;
    }

    void sent(const chunk&) override {}
    bool last(chunk&) override { return false; }

    void absorb(const chunk& done) override {
        hash_.update(original_part(done, original_.length).bytes);
        absorbed_ += done.plain_size;
    }

    file_report finish() override {
        if (hash_.finish() != original_.sha256)
            throw failure(errc::integrity_failed, request_.input.string() +
                                                      " decrypts to something else than was encrypted (SHA-256 "
                                                      "differs); nothing was written. Restore it from a copy.");
        if (!request_.expected) // else it is one of a tree, which says it once for all
            warn_if_layer_missing(protection_, request_.input.string());
        return {target_, original_.length, file_.data.length, file_.metadata.key_uuid, seq_number_, {}, protection_,
            {file_.metadata.global_position_start, original_.sha256}};
    }

private:
    void create_output(const std::string& name) {
        output_ = std::make_shared<decrypted_output>(request_, of_tree_ ? &*of_tree_ : nullptr, name);
        target_ = output_->target();
    }

    /// Segment 0 is decrypted here and once more as part of its chunk: the output's name and length come first.
    crypto::secure_bytes first_segment() const {
        crypto::secure_bytes stored(
            segment_codec::stored_length(std::min<std::uint64_t>(file_.data.length, segment_bytes)));
        crypto::secure_bytes plain(stored.size() - segment_codec::overhead);
        file_.container->read_stored(file_.data, 0, 1, stored.span());
        if (!job_.codec->open(0, file_.data.length <= segment_bytes, stored, plain.span()))
            throw failure(errc::container_damaged,
                request_.input.string() + " is damaged: Its data was altered (segment 0). Restore it from a copy.");
        return plain;
    }

    void read_metadata(const storage::key_iteration& delta) {
        auto segment = first_segment();
        const auto metadata = segment.span().first(file_metadata_bytes);
        job_.cipher->decrypt(position_in_delta_, metadata, metadata);
        try {
            original_ = storage::decode_file_metadata(
                metadata, {delta, file_.metadata.global_position_start, file_.data.length});
        } catch (const failure& problem) {
            throw failure(problem.code(), request_.input.string() + ": " + problem.what());
        }
        if (original_.length > file_.data.length - file_metadata_bytes)
            throw failure(errc::integrity_failed,
                request_.input.string() + " holds less than its original length; nothing was written.");
        if (of_tree_)
            require_listed_file(*of_tree_, original_);
        if (!request_.verify_only && !output_)
            create_output(original_.name);
        if (output_)
            output_->begin(original_.length);
    }

    decrypt_file request_;
    std::optional<tree_file> of_tree_;
    storage::encrypted_file_info file_;
    std::uint64_t position_in_delta_ = 0; // of the first byte
    std::uint64_t seq_number_ = 0;
    cipher_chunk job_;
    storage::file_metadata original_;
    file_protection protection_;
    std::shared_ptr<decrypted_output> output_; // until it is taken; none when only verifying
    std::filesystem::path target_;
    crypto::sha256 hash_;
    std::uint64_t next_segment_ = 0;
    std::uint64_t absorbed_ = 0;
};

} // namespace

void require_listed_place(const tree_file& listed, const uuid& key_uuid, const storage::encryption_metadata& found) {
    if (found != storage::encryption_metadata{key_uuid, listed.proof.global_position_start})
        throw another_file(listed);
}

void require_listed_file(const tree_file& listed, const storage::file_metadata& found) {
    if (found.name != storage::last_of(listed.output.below) || found.length != listed.attributes.size ||
        found.sha256 != listed.proof.sha256)
        throw another_file(listed);
}

std::unique_ptr<file_run> start_decryption(const asker_on<actor_floor::file_job>& me, const decrypt_file& request) {
    return std::make_unique<decrypt_run>(me, request, nullptr);
}

std::unique_ptr<file_run> start_decryption(
    const asker_on<actor_floor::file_job>& me, const decrypt_tree_file& request) {
    const auto& file = request.file;
    const auto output = path_of(file.output);
    return std::make_unique<decrypt_run>(me,
        decrypt_file{path_of(file.input), output.parent_path(), output.filename().string(), request.overwrite, false,
            file.attributes},
        &request);
}

} // namespace omegasafe::actors
