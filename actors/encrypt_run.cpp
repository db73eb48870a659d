// Encryption of one file. encrypted_data = cipher( FileMetadata | file | random suffix ): the SHA-256 in the metadata
// is known last, so segment 0, which holds it, is kept back and goes to the pool after all others.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "crypto/random.hpp"
#include "messages/limits.hpp"
#include "storage/atomic_file.hpp"
#include "storage/encrypted_file.hpp"
#include "storage/key_iteration.hpp"
#include <algorithm>
#include <spdlog/spdlog.h>

namespace omegasafe::actors {

namespace {

using crypto::byte_span;
using limits::file_metadata_bytes;
using limits::segment_bytes;
using storage::segment_codec;

class encrypt_run final : public file_run {
public:
    encrypt_run(caf::actor_system& system, const supervisor_actor& supervisor, const encrypt_file& request)
        : started_(std::chrono::steady_clock::now()), request_(request), source_(request.input),
          key_(system, supervisor, request.key_uuid), layer_(key_.layer()),
          capacity_(key_.ends()->front().geometry.capacity()),
          total_(file_metadata_bytes + source_.size() + storage::draw_suffix_length(source_.size(), capacity_)),
          output_(
              request.output, request.overwrite ? storage::existing_target::replace : storage::existing_target::refuse),
          head_(std::min<std::uint64_t>(total_, segment_bytes)) {
        require_storable_name();
        output_.reserve(segment_codec::stored_length(total_));
        claim();
        read_head();
    }

    const cipher_chunk& job() const override { return job_; }
    const std::filesystem::path& input() const override { return request_.input; }
    progress state() const override { return {absorbed_, total_}; }

    bool fill(chunk& next) override {
        const auto count = segment_codec::segment_count(total_);
        if (next_segment_ < count) {
            const auto segments = std::min(limits::chunk_segments, count - next_segment_);
            prepare(next, next_segment_, next_segment_ + segments == count);
            read_stream(next.first_segment * segment_bytes, {next.plain.data(), next.plain_size});
            next_segment_ += segments;
            return true;
        }
        if (head_sent_)
            return false;
        seal_head(next, count == 1);
        head_sent_ = true;
        return true;
    }

    void sent(const chunk& under_way) override {
        if (under_way.first_segment > 0)
            hash(under_way.first_segment * segment_bytes, {under_way.plain.data(), under_way.plain_size});
    }

    void absorb(const chunk& done) override {
        writer_->write_stored(*data_, done.first_segment, {done.stored.data(), done.stored_size});
        absorbed_ += done.plain_size;
    }

    file_report finish() override {
        writer_->finish();
        output_.commit();
        return {request_.output, source_.size(), total_, request_.key_uuid, claimed_.seq_number,
            std::chrono::steady_clock::now() - started_};
    }

private:
    void require_storable_name() const {
        if (!storage::safe_base_name(request_.input.filename().string()))
            throw failure(errc::usage,
                "The name of " + request_.input.string() +
                    " cannot be stored: it must have 1 to 255 bytes and no control characters; rename the file.");
    }

    /// After this the positions are gone, whatever happens.
    void claim() {
        auto [claimed, delta, first] = key_.claim(total_);
        claimed_ = claimed;
        first_ = first;
        spdlog::debug("Encrypting {} with positions {} to {} of Delta {}.", request_.input.string(),
            crypto::to_decimal(claimed_.range.first), crypto::to_decimal(claimed_.range.last), claimed_.seq_number);

        writer_ = std::make_unique<storage::sfc_writer>(output_, layer_);
        const auto metadata = storage::to_json({request_.key_uuid, claimed_.range.first});
        writer_->add(storage::encryption_metadata_uuid, {}, crypto::as_bytes(metadata));
        data_ = &writer_->reserve(storage::encrypted_data_uuid, {}, total_);
        job_ = {cipher_direction::encrypt, delta->cipher, data_->codec, nullptr};
    }

    void read_head() {
        const auto body = head_.span().subspan(file_metadata_bytes);
        read_stream(file_metadata_bytes, body);
        hash(file_metadata_bytes, body);
    }

    /// Plain encrypted_data from stream offset `offset` on: file, then random suffix. Never called for the metadata.
    void read_stream(std::uint64_t offset, byte_span out) const {
        const auto from_file = file_part(offset, out.size());
        if (from_file > 0)
            source_.read_at(offset - file_metadata_bytes, out.first(from_file));
        crypto::random_fill(out.subspan(from_file));
    }

    void hash(std::uint64_t offset, crypto::const_byte_span bytes) {
        hash_.update(bytes.first(file_part(offset, bytes.size())));
    }

    /// How many of `size` stream bytes from `offset` on belong to the file.
    std::size_t file_part(std::uint64_t offset, std::size_t size) const {
        const auto file_end = file_metadata_bytes + source_.size();
        return offset >= file_end ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(size, file_end - offset));
    }

    void prepare(chunk& next, std::uint64_t first_segment, bool ends_entry) const {
        const auto offset = first_segment * segment_bytes;
        next.first_segment = first_segment;
        next.ends_entry = ends_entry;
        next.position = first_ + offset;
        next.plain_size = first_segment == 0
                              ? head_.size()
                              : static_cast<std::size_t>(std::min<std::uint64_t>(limits::chunk_bytes, total_ - offset));
        next.stored_size = static_cast<std::size_t>(segment_codec::stored_length(next.plain_size));
    }

    void seal_head(chunk& next, bool ends_entry) {
        require_unchanged_input();
        const auto metadata = storage::encode({request_.input.filename().string(), source_.size(), hash_.finish()});
        std::ranges::copy(metadata.span(), head_.data());
        prepare(next, 0, ends_entry);
        std::ranges::copy(head_.span(), next.plain.data());
    }

    /// A file that grew or shrank meanwhile would decrypt to something that never existed.
    void require_unchanged_input() const {
        std::error_code error;
        if (std::filesystem::file_size(request_.input, error) != source_.size() || error)
            throw failure(errc::io_failed, "The file " + request_.input.string() +
                                               " changed while it was encrypted; encrypt it again when it is at rest.");
    }

    std::chrono::steady_clock::time_point started_;
    encrypt_file request_;
    storage::file_source source_;
    key_access key_;
    password_ptr layer_;
    std::uint64_t capacity_;
    std::uint64_t total_; // bytes of encrypted_data = positions claimed
    storage::atomic_file output_;
    crypto::secure_bytes head_; // plain segment 0, metadata filled in last
    claimed_range claimed_;
    std::uint64_t first_ = 0; // position inside the Delta
    std::unique_ptr<storage::sfc_writer> writer_;
    const storage::sfc_new_entry* data_ = nullptr;
    cipher_chunk job_;
    crypto::sha256 hash_;
    std::uint64_t next_segment_ = 1;
    bool head_sent_ = false;
    std::uint64_t absorbed_ = 0;
};

} // namespace

std::unique_ptr<file_run> start_encryption(
    caf::actor_system& system, const supervisor_actor& supervisor, const encrypt_file& request) {
    return std::make_unique<encrypt_run>(system, supervisor, request);
}

} // namespace omegasafe::actors
