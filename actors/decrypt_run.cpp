// Decryption (or verification) of one file: nothing is released before length and SHA-256 are right.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "messages/limits.hpp"
#include "storage/atomic_file.hpp"
#include "storage/encrypted_file.hpp"
#include "storage/key_iteration.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

using limits::file_metadata_bytes;
using limits::segment_bytes;
using storage::segment_codec;

class decrypt_run final : public file_run {
public:
    decrypt_run(caf::actor_system& system, const supervisor_actor& supervisor, const decrypt_file& request)
        : started_(std::chrono::steady_clock::now()), request_(request) {
        const auto config = ask<services>(system, supervisor, get_services{}).config;
        file_ = storage::open_encrypted_file(std::make_shared<storage::file_source>(request.input),
            ask<password_ptr>(system, config, get_layer_password{}));
        if (!request.name_override.empty() && !request.verify_only)
            create_output(request.name_override); // refused early when it exists
        const auto& metadata = file_.metadata;
        const auto delta = key_access{system, supervisor, metadata.key_uuid}.delta_at(metadata.global_position_start);
        if (metadata.global_position_start + file_.data.length - 1 > delta->info.last_position())
            throw failure(errc::container_damaged,
                request.input.string() + " is damaged: it claims positions beyond the end of its Delta.");
        first_ = static_cast<std::uint64_t>(metadata.global_position_start - delta->info.first_position());
        seq_number_ = delta->info.seq_number;
        job_ = {cipher_direction::decrypt, delta->cipher, file_.container->codec(file_.data), nullptr};
    }

    const cipher_chunk& job() const override { return job_; }
    const std::filesystem::path& input() const override { return request_.input; }
    progress state() const override { return {absorbed_, file_.data.length}; }

    bool fill(chunk& next) override {
        const auto count = segment_codec::segment_count(file_.data.length);
        if (next_segment_ == count)
            return false;
        const auto segments = std::min(limits::chunk_segments, count - next_segment_);
        const auto offset = next_segment_ * segment_bytes;
        next.first_segment = next_segment_;
        next.ends_entry = next_segment_ + segments == count;
        next.position = first_ + offset;
        next.plain_size =
            static_cast<std::size_t>(std::min<std::uint64_t>(limits::chunk_bytes, file_.data.length - offset));
        next.stored_size = static_cast<std::size_t>(segment_codec::stored_length(next.plain_size));
        file_.container->read_stored(file_.data, next_segment_, segments, {next.stored.data(), next.stored_size});
        next_segment_ += segments;
        return true;
    }

    void sent(const chunk&) override {}

    void absorb(const chunk& done) override {
        crypto::const_byte_span bytes{done.plain.data(), done.plain_size};
        if (done.first_segment == 0) {
            read_metadata(bytes.first(file_metadata_bytes));
            bytes = bytes.subspan(file_metadata_bytes);
        }
        absorbed_ += done.plain_size;
        bytes =
            bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), original_.length - written_)));
        if (output_)
            output_->write_at(written_, bytes);
        hash_.update(bytes);
        written_ += bytes.size();
    }

    file_report finish() override {
        if (hash_.finish() != original_.sha256)
            throw failure(errc::integrity_failed, request_.input.string() +
                                                      " decrypts to something else than was encrypted (SHA-256 "
                                                      "differs); nothing was written. Restore it from a copy.");
        if (output_ && request_.expected)
            output_->set_attributes(request_.expected->mode, request_.expected->mtime_ns);
        if (output_)
            output_->commit();
        return {output_ ? output_->target() : std::filesystem::path{}, original_.length, file_.data.length,
            file_.metadata.key_uuid, seq_number_, std::chrono::steady_clock::now() - started_};
    }

private:
    void create_output(const std::string& name) {
        output_.emplace(request_.output_folder / name,
            request_.overwrite ? storage::existing_target::replace : storage::existing_target::refuse);
    }

    void read_metadata(crypto::const_byte_span bytes) {
        try {
            original_ = storage::decode_file_metadata(bytes);
        } catch (const failure& problem) {
            throw failure(problem.code(), request_.input.string() + ": " + problem.what());
        }
        if (original_.length > file_.data.length - file_metadata_bytes)
            throw failure(errc::integrity_failed,
                request_.input.string() + " holds less than its original length; nothing was written.");
        if (request_.expected)
            require_listed_file(request_.input, original_, request_.name_override, *request_.expected);
        if (!request_.verify_only && !output_)
            create_output(original_.name);
        if (output_)
            output_->reserve(original_.length);
    }

    std::chrono::steady_clock::time_point started_;
    decrypt_file request_;
    storage::encrypted_file_info file_;
    std::uint64_t first_ = 0; // position inside the Delta
    std::uint64_t seq_number_ = 0;
    cipher_chunk job_;
    storage::file_metadata original_;
    std::optional<storage::atomic_file> output_; // absent when only verifying
    crypto::sha256 hash_;
    std::uint64_t next_segment_ = 0;
    std::uint64_t absorbed_ = 0;
    std::uint64_t written_ = 0;
};

} // namespace

void require_listed_file(const std::filesystem::path& encrypted, const storage::file_metadata& found,
    const std::string& name, const file_attributes& listed) {
    if (found.name != name || found.length != listed.size)
        throw failure(errc::integrity_failed, encrypted.string() +
                                                  " holds another file than the tree's index says; nothing was "
                                                  "written. Restore it from a copy.");
}

std::unique_ptr<file_run> start_decryption(
    caf::actor_system& system, const supervisor_actor& supervisor, const decrypt_file& request) {
    return std::make_unique<decrypt_run>(system, supervisor, request);
}

} // namespace omegasafe::actors
