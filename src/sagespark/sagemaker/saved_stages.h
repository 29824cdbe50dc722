#pragma once

namespace sagespark::sagemaker {

/// Makes the stages of this folder known to ml's saving and loading. True, so that including this registers: a program that
/// includes one of the stages' headers needs to call nothing.
bool RegisterSageMakerStages();

inline const bool kSageMakerStagesAreRegistered = RegisterSageMakerStages();

}  // namespace sagespark::sagemaker
