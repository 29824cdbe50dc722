#include "sagespark/aws/client/credentials.h"

#include <aws/auth/credentials.h>
#include <aws/io/tls_channel_handler.h>
#include <strings.h>
#include <unistd.h>

#include <condition_variable>
#include <limits>
#include <mutex>
#include <vector>

#include "sagespark/aws/client/crt_runtime.h"

namespace sagespark::aws {
namespace {

using crt::Cursor;
using crt::View;

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  Result<Credentials> Get(const CancellationToken&) override { return credentials_; }

 private:
  const Credentials credentials_;
};

struct ProviderReleaser {
  void operator()(aws_credentials_provider* provider) const { aws_credentials_provider_release(provider); }
};
using Provider = std::unique_ptr<aws_credentials_provider, ProviderReleaser>;

/// Collects providers; those that the machine's settings rule out come back null and are left out.
class ChainBuilder {
 public:
  void Add(aws_credentials_provider* provider) {
    if (provider != nullptr) providers_.emplace_back(provider);
  }

  Provider Build() const {
    std::vector<aws_credentials_provider*> pointers;
    for (const auto& provider : providers_) pointers.push_back(provider.get());
    aws_credentials_provider_chain_options options{};
    options.providers = pointers.data();
    options.provider_count = pointers.size();
    const Provider chain(aws_credentials_provider_new_chain(aws_default_allocator(), &options));
    aws_credentials_provider_cached_options cached{};
    cached.source = chain.get();
    return Provider(aws_credentials_provider_new_cached(aws_default_allocator(), &cached));
  }

 private:
  std::vector<Provider> providers_;
};

bool MetadataDisabled() {
  const char* disabled = std::getenv("AWS_EC2_METADATA_DISABLED");
  return disabled != nullptr && ::strcasecmp(disabled, "true") == 0;
}

bool HasContainer() {
  return std::getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != nullptr ||
         std::getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != nullptr;
}

Provider BuildDefaultChain(const std::string& profile, const std::string& region) {
  aws_allocator* allocator = aws_default_allocator();
  aws_client_bootstrap* bootstrap = crt::GetRuntime().bootstrap;
  aws_tls_ctx_options tls_options{};
  aws_tls_ctx_options_init_default_client(&tls_options, allocator);
  aws_tls_ctx* tls = aws_tls_client_ctx_new(allocator, &tls_options);
  aws_tls_ctx_options_clean_up(&tls_options);
  proxy_env_var_settings proxy{};
  proxy.env_var_type = AWS_HPEV_ENABLE;

  ChainBuilder chain;
  const aws_credentials_provider_environment_options environment{};
  chain.Add(aws_credentials_provider_new_environment(allocator, &environment));

  aws_credentials_provider_profile_options from_profile{};
  from_profile.profile_name_override = Cursor(profile);
  from_profile.bootstrap = bootstrap;
  from_profile.tls_ctx = tls;
  from_profile.proxy_ev_settings = &proxy;
  chain.Add(aws_credentials_provider_new_profile(allocator, &from_profile));

  // The profile provider knows assumed roles but not these two of its siblings.
  aws_credentials_provider_process_options process{};
  process.profile_to_use = Cursor(profile);
  chain.Add(aws_credentials_provider_new_process(allocator, &process));

  aws_credentials_provider_sts_web_identity_options web_identity{};
  web_identity.bootstrap = bootstrap;
  web_identity.tls_ctx = tls;
  web_identity.proxy_ev_settings = &proxy;
  web_identity.profile_name_override = Cursor(profile);
  web_identity.region = Cursor(region);
  chain.Add(aws_credentials_provider_new_sts_web_identity(allocator, &web_identity));

  aws_credentials_provider_sso_options sso{};
  sso.profile_name_override = Cursor(profile);
  sso.bootstrap = bootstrap;
  sso.tls_ctx = tls;
  sso.proxy_ev_settings = &proxy;
  chain.Add(aws_credentials_provider_new_sso(allocator, &sso));

  if (HasContainer()) {
    aws_credentials_provider_ecs_environment_options container{};
    container.bootstrap = bootstrap;
    container.tls_ctx = tls;
    chain.Add(aws_credentials_provider_new_ecs_from_environment(allocator, &container));
  } else if (!MetadataDisabled()) {
    aws_credentials_provider_imds_options instance{};
    instance.bootstrap = bootstrap;
    chain.Add(aws_credentials_provider_new_imds(allocator, &instance));
  }
  aws_tls_ctx_release(tls);
  return chain.Build();
}

/// What a provider's callback brings.
struct Answer {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  bool cancelled = false;
  std::optional<Credentials> credentials;
};

Credentials FromLibrary(const aws_credentials* credentials) {
  Credentials out{.access_key_id = std::string(View(aws_credentials_get_access_key_id(credentials))),
                  .secret_access_key = std::string(View(aws_credentials_get_secret_access_key(credentials))),
                  .session_token = std::string(View(aws_credentials_get_session_token(credentials)))};
  const uint64_t expiration = aws_credentials_get_expiration_timepoint_seconds(credentials);
  if (expiration != std::numeric_limits<uint64_t>::max()) out.expiration = SystemTime(std::chrono::seconds(expiration));
  return out;
}

class DefaultCredentials final : public CredentialsProvider {
 public:
  DefaultCredentials(std::string profile, std::string region)
      : profile_(std::move(profile)), region_(std::move(region)) {}

  ~DefaultCredentials() override {
    if (process_ != ::getpid()) static_cast<void>(chain_.release());  // Its threads are the parent's.
  }

  Result<Credentials> Get(const CancellationToken& cancellation) override {
    auto answer = std::make_shared<Answer>();
    const Provider chain = Chain();
    const auto registration = cancellation.OnCancel([answer] {
      std::lock_guard lock(answer->mutex);
      answer->cancelled = true;
      answer->changed.notify_all();
    });
    auto* held = new std::shared_ptr<Answer>(answer);
    if (chain == nullptr || aws_credentials_provider_get_credentials(chain.get(), OnCredentials, held) != 0) {
      delete held;
      return None();
    }
    std::unique_lock lock(answer->mutex);
    answer->changed.wait(lock, [&] { return answer->done || answer->cancelled; });
    if (!answer->done) return Cancelled("Looking for AWS credentials was cancelled");
    if (!answer->credentials.has_value()) return None();
    return *answer->credentials;
  }

 private:
  static void OnCredentials(aws_credentials* credentials, int, void* user_data) {
    auto* held = static_cast<std::shared_ptr<Answer>*>(user_data);
    {
      std::lock_guard lock((*held)->mutex);
      (*held)->done = true;
      if (credentials != nullptr) (*held)->credentials = FromLibrary(credentials);
      (*held)->changed.notify_all();
    }
    delete held;
  }

  Provider Chain() {
    std::lock_guard lock(mutex_);
    if (process_ != ::getpid()) {
      static_cast<void>(chain_.release());
      chain_ = BuildDefaultChain(profile_, region_);
      process_ = ::getpid();
    }
    return Provider(chain_ == nullptr ? nullptr : aws_credentials_provider_acquire(chain_.get()));
  }

  Error None() const {
    return {ErrorKind::kUnauthenticated,
            "AWS credentials not found: tried the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), the profile "
            "(keys, role, process, web identity), web identity of the environment, SSO, and " +
                std::string(HasContainer()       ? "the container's endpoint"
                            : MetadataDisabled() ? "not instance metadata, as AWS_EC2_METADATA_DISABLED is true"
                                                 : "instance metadata") +
                ": profile \"" + profile_ + "\""};
  }

  const std::string profile_;
  const std::string region_;
  std::mutex mutex_;
  Provider chain_;
  int process_ = 0;
};

}  // namespace

std::shared_ptr<CredentialsProvider> MakeStaticCredentials(Credentials credentials) {
  return std::make_shared<StaticCredentials>(std::move(credentials));
}

std::shared_ptr<CredentialsProvider> MakeDefaultCredentials(const ClientConfig& config) {
  return std::make_shared<DefaultCredentials>(config.profile, config.region);
}

std::shared_ptr<CredentialsProvider> MakeCredentials(const ClientConfig& config) {
  return config.credentials ? MakeStaticCredentials(*config.credentials) : MakeDefaultCredentials(config);
}

}  // namespace sagespark::aws
