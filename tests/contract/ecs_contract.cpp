#include "tests/contract/ecs_contract.hpp"

#include "storage/container/container_file.hpp"

namespace omegasafe::test {

std::vector<std::uint8_t> some_container() {
    const temp_dir folder;
    const auto path = folder / "container";
    storage::container_changes content;
    content.put.push_back({crypto::random_uuid(), {}, crypto::secure_bytes{3000}});
    storage::create_container(path, nullptr, std::move(content));
    const auto text = read_text(path);
    return {text.begin(), text.end()};
}

} // namespace omegasafe::test
