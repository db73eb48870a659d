#include "tests/support/postgres_cluster.hpp"

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"
#include <cstdlib>
#include <stdexcept>

namespace omegasafe::test {

namespace {

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// tests/support/postgres for a folder of our own.
class own_cluster {
public:
    own_cluster() : conninfo_(control("start")) {}
    ~own_cluster() { control("stop"); }
    const std::string& conninfo() const { return conninfo_; }

private:
    std::string control(const char* command) const {
        run_options options;
        options.program = OMEGASAFE_SOURCE_DIR "/tests/support/postgres";
        const auto result = run({folder_.path(), command}, options);
        if (result.exit_code != 0 && std::string_view(command) == "start")
            throw std::runtime_error("No PostgreSQL for the tests: " + result.describe());
        return first_line(result.out);
    }

    temp_dir folder_;
    std::string conninfo_;
};

} // namespace

const std::string& postgres_conninfo() {
    if (const char* shared = std::getenv("OMEGASAFE_TEST_POSTGRES")) {
        static const std::string conninfo = first_line(read_text(std::filesystem::path(shared) / "conninfo"));
        return conninfo;
    }
    static const own_cluster cluster;
    return cluster.conninfo();
}

} // namespace omegasafe::test
