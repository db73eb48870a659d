// Containers: opening and reading any bytes, as they are and behind repaired checks, so that the directory parser sees
// them too. What opens is written again and must say the same.
#include "fuzz_support.hpp"
#include "storage/container/container_growth.hpp"
#include "storage/container/sfc_header.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

using bytes = std::vector<std::uint8_t>;

void check_rewrite(const sfc_reader& reader, const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password, &reader.header());
    for (const auto& entry : reader.entries())
        writer.copy(reader, entry);
    writer.finish();
    const sfc_reader again(std::make_shared<memory_source>(sink.take(), "rewritten"), password);
    fuzz::require(again.entries().size() == reader.entries().size());
    for (std::size_t i = 0; i < again.entries().size(); ++i)
        fuzz::require(again.entries()[i].id == reader.entries()[i].id &&
                      again.entries()[i].length == reader.entries()[i].length &&
                      std::ranges::equal(again.entries()[i].attributes, reader.entries()[i].attributes));
}

class file_in_memory final : public in_place_file {
public:
    explicit file_in_memory(bytes content) : content_(std::move(content)) {}
    void write_at(std::uint64_t offset, const_byte_span data) override {
        content_.resize(std::max<std::size_t>(content_.size(), offset + data.size()));
        std::copy(data.begin(), data.end(), content_.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    void sync() override {}
    void cut(std::uint64_t size) override { content_.resize(size); }
    bytes content_;
};

/// A change in place of any container that opens keeps every other entry as it was.
void check_growth(const bytes& content, const sfc_reader& reader, const sfc_password_ptr& password) {
    container_changes changes;
    const uuid added{{0xff, 1, 2, 3}};
    if (reader.find(added) != nullptr)
        return;
    changes.put.push_back({added, {1, 2}, secure_bytes(100)});
    file_in_memory file(content);
    fuzz::require(grow_container(file, reader, password, changes));
    const sfc_reader again(
        std::make_shared<memory_source>(std::move(file.content_), "grown"), password, sfc_layout::growing);
    fuzz::require(again.entries().size() == reader.entries().size() + 1);
    fuzz::require(again.read(*again.find(added), 100).size() == 100);
    for (const auto& entry : reader.entries()) {
        const auto* kept = again.find(entry.id);
        fuzz::require(kept != nullptr && kept->offset == entry.offset && kept->length == entry.length);
        fuzz::accepted([&] {
            const auto before = reader.read(entry, content.size());
            fuzz::require(std::ranges::equal(again.read(*kept, content.size()).span(), before.span()));
        });
    }
}

void open(const bytes& content, bool sealed) {
    const auto size = content.size();
    fuzz::accepted([&] {
        const auto source = std::make_shared<memory_source>(content, "input");
        if (read_sfc_header(*source, sfc_layout::growing).root.kdf == password_kdf::scrypt) // scrypt takes too long
            return;
        const sfc_reader reader(source, sealed ? fuzz::password() : nullptr, sfc_layout::growing);
        for (const auto& entry : reader.entries())
            fuzz::accepted([&] { fuzz::require(reader.read(entry, size).size() == entry.length); });
        const auto password = reader.header().password_protected ? fuzz::password() : nullptr;
        check_rewrite(reader, password);
        check_growth(content, reader, password);
    });
    fuzz::accepted([&] { read_sfc_tail(memory_source(content, "input")); });
}

/// A container whose entries area and directory are the input, with right checks around them.
bytes wrapped(const_byte_span area, const_byte_span directory, bool sealed, sfc_layout layout) {
    sfc_header header;
    header.root.cost = {0, 0, 0};
    std::shared_ptr<const secure_bytes> root;
    if (sealed) {
        header.password_protected = true;
        header.root = fuzz::password()->for_new_container();
        root = fuzz::password()->root_key(header.root);
        header.password_check = sfc_password_check(*root, header);
    }
    header.directory_offset = sfc_header_bytes + area.size();
    header.directory_stored = segment_codec::stored_length(directory.size());
    header.layout = layout;
    header.total_size = header.directory_offset + header.directory_stored;
    if (layout == sfc_layout::growing)
        header.total_size += sfc_header_bytes;
    bytes content(header.total_size);
    const auto block = encode_sfc_header(header);
    std::copy(block.begin(), block.end(), content.begin());
    std::copy(area.begin(), area.end(), content.begin() + sfc_header_bytes);
    sfc_directory_codec(root.get(), header)
        .seal(0, true, directory, crypto::byte_span(content).subspan(header.directory_offset, header.directory_stored));
    return content;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    open(fuzz::input(data, size), false);
    open(fuzz::input(data, size), true);
    if (size < 2 || size > limits::segment_bytes)
        return 0;
    // First byte: how much is entries area.
    const const_byte_span rest(data + 1, size - 1);
    const auto area = rest.first(std::min<std::size_t>(data[0], rest.size()));
    for (const bool sealed : {false, true})
        for (const auto layout : {sfc_layout::packed, sfc_layout::growing})
            open(wrapped(area, rest.subspan(area.size()), sealed, layout), sealed);
    return 0;
}
