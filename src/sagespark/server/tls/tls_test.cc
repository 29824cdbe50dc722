#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "sagespark/server/tls/certificate_authority.h"
#include "sagespark/server/tls/local_identities.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::server {
namespace {

using ::testing::HasSubstr;

struct Free {
  void operator()(X509* value) const { X509_free(value); }
};
using Certificate = std::unique_ptr<X509, Free>;

Certificate Parse(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  return certificate;
}

/// What OpenSSL says of a server's certificate: "ok", or the error.
std::string Verified(const std::string& chain_pem, const std::string& ca_pem, const std::string& name, const std::string& address = "") {
  const Certificate certificate = Parse(chain_pem), authority = Parse(ca_pem);
  X509_STORE* const store = X509_STORE_new();
  X509_STORE_add_cert(store, authority.get());
  X509_STORE_CTX* const context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
  X509_STORE_CTX_set_default(context, "ssl_server");
  if (!name.empty()) X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context), name.c_str(), 0);
  if (!address.empty()) X509_VERIFY_PARAM_set1_ip_asc(X509_STORE_CTX_get0_param(context), address.c_str());
  const bool valid = X509_verify_cert(context) == 1;
  const std::string said = valid ? "ok" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return said;
}

class TlsTest : public ::testing::Test {
 protected:
  std::string CaPem() const { return ReadFile(CertificateAuthority::CertificatePath(folder_.path())); }
  http::TlsIdentities Identities() {
    auto authority = CertificateAuthority::OpenOrCreate(folder_.path());
    EXPECT_OK(authority);
    return LocalIdentities(std::make_shared<const CertificateAuthority>(*std::move(authority)), "127.0.0.1");
  }

  TemporaryFolder folder_;
};

TEST_F(TlsTest, CertificatesHoldForThisMachineAndForTheHostsThatAreServed) {
  const http::TlsIdentities identities = Identities();
  ASSERT_OK_AND_ASSIGN(const http::TlsIdentity local, identities(""));
  EXPECT_EQ(Verified(local.certificate_chain, CaPem(), "localhost"), "ok");
  EXPECT_EQ(Verified(local.certificate_chain, CaPem(), "", "127.0.0.1"), "ok");
  EXPECT_EQ(Verified(local.certificate_chain, CaPem(), "", "127.0.0.2"), "IP address mismatch");
  ASSERT_OK_AND_ASSIGN(const http::TlsIdentity sts, identities("sts.eu-west-1.amazonaws.com"));
  EXPECT_EQ(Verified(sts.certificate_chain, CaPem(), "sts.eu-west-1.amazonaws.com"), "ok");
  EXPECT_EQ(Verified(sts.certificate_chain, CaPem(), "sts.eu-west-2.amazonaws.com"), "hostname mismatch");
  EXPECT_THAT(identities("example.com"), IsError(ErrorKind::kNotFound, HasSubstr("example.com")));
}

TEST_F(TlsTest, TheAuthorityCountsForNoOtherNames) {
  ASSERT_OK_AND_ASSIGN(const CertificateAuthority authority, CertificateAuthority::OpenOrCreate(folder_.path()));
  ASSERT_OK_AND_ASSIGN(const http::TlsIdentity bank, authority.Issue({"bank.example.com"}, {}));
  EXPECT_EQ(Verified(bank.certificate_chain, CaPem(), "bank.example.com"), "permitted subtree violation");
}

TEST_F(TlsTest, TheAuthorityStaysAndItsKeyIsItsUsersOnly) {
  const std::string before = (Identities(), CaPem());
  ASSERT_OK_AND_ASSIGN(const http::TlsIdentity identity, Identities()("localhost"));
  EXPECT_EQ(CaPem(), before);
  EXPECT_EQ(Verified(identity.certificate_chain, before, "localhost"), "ok");
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "ca.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(TlsTest, FilesThatDoNotBelongTogetherAreAnErrorThatSaysWhatToDo) {
  Identities();
  folder_.Write("ca.key", "no key");
  EXPECT_THAT(CertificateAuthority::OpenOrCreate(folder_.path()), IsError(ErrorKind::kCorruptData, HasSubstr("delete both")));
}

TEST(IsServedAwsHostTest, TakesTheServicesInAnyRegionAndNothingElse) {
  for (const char* host : {"s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "s3-us-west-2.amazonaws.com", "a.b.s3.amazonaws.com",
                           "bucket.s3.us-east-1.amazonaws.com", "s3.dualstack.us-east-1.amazonaws.com", "sts.amazonaws.com",
                           "sts.us-east-1.amazonaws.com", "iam.amazonaws.com", "api.sagemaker.us-east-1.amazonaws.com",
                           "runtime.sagemaker.us-east-1.amazonaws.com", "logs.us-east-1.amazonaws.com",
                           "sts.cn-north-1.amazonaws.com.cn"}) {
    EXPECT_TRUE(IsServedAwsHost(host)) << host;
  }
  for (const char* host : {"", "example.com", "amazonaws.com", "ec2.us-east-1.amazonaws.com", "s3.amazonaws.com.example.com",
                           "evil-s3.amazonaws.com.evil", "sts.us-east-1.amazonaws.com:443", "xsts.amazonaws.com", "localhost"}) {
    EXPECT_FALSE(IsServedAwsHost(host)) << host;
  }
}

}  // namespace
}  // namespace sagespark::server
