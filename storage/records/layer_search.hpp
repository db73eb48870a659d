// Which of several layer passwords opens a container.
#pragma once

#include "storage/container/sfc.hpp"
#include <span>

namespace omegasafe::storage {

/// Passwords that somebody chose and that are tried on one container, at the cost that this program writes. A container
/// that costs more is tried with fewer, so that a hostile one takes no longer.
inline constexpr unsigned tried_layer_passwords = 16;

/// The first of `known` that opens it; null when it has no layer. Generated passwords cost next to nothing and are
/// all tried. failure(layer_password) when none fits, and as sfc_reader on what is no container.
sfc_password_ptr find_layer_password(const byte_source& source, std::span<const sfc_password_ptr> known);

} // namespace omegasafe::storage
