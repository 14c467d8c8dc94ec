"""Joint pictures of a sketch and its photo side by side, for Contextual GAN.

`halves` takes them apart, `layout` names the folders, `sources` finds the photos of data sets,
`crops` cuts squares out of them, `sketch_styles` draws, `joint_folder` makes a folder of joint
pictures with the processes of `workers`, `builtin_joint` does so for the built-in faces,
`joint_dataset` and `joint_pipeline` read them for training, `joint_check` tells what is wrong with
a folder.

Source: Lu, Wu, Tai and Tang, "Image Generation from Sketch Constraint Using Contextual GAN", ECCV
2018.
"""
