// The main function of every test program. It is written out because Catch2 3 does not make one by a macro.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

int main(int count, char* arguments[]) {
    return Catch::Session().run(count, arguments);
}
