// Encryption of one file. encrypted_data = cipher( FileMetadata | file | random suffix ): the SHA-256 in the metadata
// is known last, so segment 0, which holds it, is kept back and goes to the pool after all others.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "actors/tree_places.hpp"
#include "crypto/random.hpp"
#include "messages/limits.hpp"
#include "messages/log.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

using crypto::byte_span;
using limits::file_metadata_bytes;
using limits::segment_bytes;
using storage::segment_codec;

/// How many of `size` stream bytes from `offset` on belong to the file, which follows FileMetadata.
std::size_t file_part(std::uint64_t offset, std::size_t size, std::uint64_t file_size) {
    const auto file_end = file_metadata_bytes + file_size;
    return offset >= file_end ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(size, file_end - offset));
}

/// The file, then the random suffix.
class plain_input final : public file_input {
public:
    explicit plain_input(storage::file_source source) : source_(std::move(source)) {
        if (size() == 0 && !unchanged())
            throw failure(errc::input_unreadable,
                "The file " + source_.name() + " says that it is empty, and is not; encrypt a copy of it.");
    }

    std::uint64_t size() const { return source_.size(); }
    bool unchanged() const { return source_.unchanged(); }

    /// Plain encrypted_data from stream offset `offset` on; never called for the metadata.
    void read_stream(std::uint64_t offset, byte_span out) const {
        const auto from_file = file_part(offset, out.size(), source_.size());
        if (from_file > 0)
            source_.read_at(offset - file_metadata_bytes, out.first(from_file));
        crypto::random_fill(out.subspan(from_file));
    }
    void read(chunk& next) override {
        read_stream(next.first_segment * segment_bytes, {next.plain.data(), next.plain_size});
    }

private:
    storage::file_source source_;
};

/// A container with two entries; encrypted_data is filled chunk by chunk.
class encrypted_output final : public file_output {
public:
    encrypted_output(const encrypt_file& request, const tree_file* of_tree, std::uint64_t total)
        : file_(of_tree != nullptr ? make_output(*of_tree, policy(request))
                                   : storage::atomic_file(request.output, policy(request))),
          total_(total) {
        file_.reserve(segment_codec::stored_length(total));
    }

    void begin(password_ptr layer, const storage::encryption_metadata& metadata) {
        writer_ = std::make_unique<storage::sfc_writer>(file_, std::move(layer));
        writer_->add(storage::encryption_metadata_uuid, {}, crypto::as_bytes(storage::to_json(metadata)));
        data_ = &writer_->reserve(storage::encrypted_data_uuid, {}, total_);
    }
    const std::shared_ptr<const segment_codec>& codec() const { return data_->codec; }

    void write(const chunk& done) override {
        writer_->write_stored(*data_, done.first_segment, {done.stored.data(), done.stored_size});
    }
    void flush() override { file_.flush(); }
    void finish() override {
        writer_->finish();
        file_.commit();
    }

private:
    static storage::existing_target policy(const encrypt_file& request) {
        return request.overwrite ? storage::existing_target::replace : storage::existing_target::refuse;
    }

    storage::atomic_file file_;
    std::uint64_t total_; // bytes of encrypted_data
    std::unique_ptr<storage::sfc_writer> writer_;
    const storage::sfc_new_entry* data_ = nullptr;
};

class encrypt_run final : public file_run {
public:
    /// `of_tree`: null, or the sides of a tree's file, by which it is opened.
    encrypt_run(const asker_on<actor_floor::file_job>& me, const encrypt_file& request, const tree_file* of_tree)
        : request_(request), input_(std::make_shared<plain_input>(
                                 of_tree != nullptr ? open_input(*of_tree) : storage::file_source(request.input))),
          file_size_(input_->size()), key_(me, request.key_uuid), layer_(key_.layer_to_seal()),
          capacity_(key_.ends()->front().geometry.capacity()),
          total_(file_metadata_bytes + file_size_ + storage::draw_suffix_length(file_size_, capacity_)),
          output_(std::make_shared<encrypted_output>(request, of_tree, total_)),
          head_(std::min<std::uint64_t>(total_, segment_bytes)) {
        require_storable_name();
        claim();
        read_head();
    }

    std::shared_ptr<file_input> take_input() override { return input_; }
    std::shared_ptr<file_output> take_output() override { return std::move(output_); }
    const cipher_chunk& job() const override { return job_; }
    const std::filesystem::path& input() const override { return request_.input; }
    progress state() const override { return {absorbed_, total_}; }

    bool next(chunk& fresh) override {
        if (next_segment_ == segment_codec::segment_count(total_))
            return false;
        next_segment_ = place(fresh, next_segment_, limits::chunk_segments, total_, position_in_delta_);
        return true;
    }

    void sent(const chunk& under_way) override {
        hash(under_way.first_segment * segment_bytes, {under_way.plain.data(), under_way.plain_size});
    }

    bool last(chunk& fresh) override {
        require_unchanged_input();
        proof_ = {claimed_.range.first, hash_.finish()};
        const auto metadata = storage::encode({request_.input.filename().string(), file_size_, proof_.sha256},
            {*delta_, proof_.global_position_start, total_});
        std::ranges::copy(metadata.span(), head_.data());
        place(fresh, 0, 1, total_, position_in_delta_);
        std::ranges::copy(head_.span(), fresh.plain.data());
        return true;
    }

    void absorb(const chunk& done) override { absorbed_ += done.plain_size; }

    file_report finish() override {
        return {request_.output, file_size_, total_, request_.key_uuid, claimed_.seq_number, {},
            protection_with(layer_), proof_};
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
        auto [claimed, delta, position_in_delta] = key_.claim(total_);
        claimed_ = claimed;
        delta_ = delta;
        position_in_delta_ = position_in_delta;
        log::debug("Encrypting {} with positions {} to {} of Delta {}.", request_.input.string(),
            crypto::to_decimal(claimed_.range.first), crypto::to_decimal(claimed_.range.last), claimed_.seq_number);

        output_->begin(layer_, {request_.key_uuid, claimed_.range.first});
        job_ = {crypto::direction::encrypt, delta->cipher, output_->codec(), nullptr};
    }

    void read_head() {
        const auto body = head_.span().subspan(file_metadata_bytes);
        input_->read_stream(file_metadata_bytes, body);
        hash(file_metadata_bytes, body);
    }

    void hash(std::uint64_t offset, crypto::const_byte_span bytes) {
        hash_.update(bytes.first(file_part(offset, bytes.size(), file_size_)));
    }

    /// A file that was written to meanwhile would decrypt to something that never existed.
    void require_unchanged_input() const {
        if (!input_->unchanged())
            throw failure(errc::io_failed, "The file " + request_.input.string() +
                                               " changed while it was encrypted; encrypt it again when it is at rest.");
    }

    encrypt_file request_;
    std::shared_ptr<plain_input> input_;
    std::uint64_t file_size_;
    usable_key key_;
    password_ptr layer_;
    std::uint64_t capacity_;
    std::uint64_t total_;                      // bytes of encrypted_data = positions claimed
    std::shared_ptr<encrypted_output> output_; // until it is taken
    crypto::secure_bytes head_;                // plain segment 0, metadata filled in last
    claimed_range claimed_;
    key_iteration_ptr delta_;
    std::uint64_t position_in_delta_ = 0; // of the first byte
    cipher_chunk job_;
    crypto::sha256 hash_;
    file_proof proof_; // whole after the last chunk
    std::uint64_t next_segment_ = 1;
    std::uint64_t absorbed_ = 0;
};

} // namespace

std::unique_ptr<file_run> start_encryption(const asker_on<actor_floor::file_job>& me, const encrypt_file& request) {
    return std::make_unique<encrypt_run>(me, request, nullptr);
}

std::unique_ptr<file_run> start_encryption(
    const asker_on<actor_floor::file_job>& me, const encrypt_tree_file& request) {
    const auto& file = request.file;
    return std::make_unique<encrypt_run>(
        me, encrypt_file{path_of(file.input), path_of(file.output), request.key_uuid, false}, &file);
}

} // namespace omegasafe::actors
