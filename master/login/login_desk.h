// What all logins share.
#pragma once

#include <memory>

#include "master/login/bounded_worker.h"
#include "master/login/login_guard.h"
#include "master/login/oidc.h"

namespace foyer::master {

struct LoginDesk {
    LoginGuard guard{LoginRates{}};
    std::unique_ptr<OidcProvider> oidc;  // null: none is configured
    BoundedWorker hashing{BoundedWorker::Limits{}};
    BoundedWorker asking{BoundedWorker::Limits{}};  // the provider, which may be slow
};

}  // namespace foyer::master
