"""What a person without a GPU would wait for otherwise: the denoising net of Stable Diffusion 1.5, on this processor.

    pip install torch==2.13.0 diffusers && python benchmarks/diffusion.py [--steps N] [--portrait SECONDS]

Only the size counts for the time, so the weights are random and nothing is downloaded: 512 x 512 pixels (64 x 64
latents), 77 words of context, one pass per step (guidance would double it), no text encoder, no decoder. In a venv of
its own: the studio does not depend on torch.
"""

import argparse
import sys
import time
from statistics import median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument(
        "--portrait", type=float, help="seconds of a portrait of ours, measured beside: prints the ratio"
    )
    options = parser.parse_args()
    try:
        import torch
        from diffusers import UNet2DConditionModel
    except ImportError:
        sys.exit("Skipped: needs torch and diffusers, in a venv of their own. See the head of this file.")
    with torch.inference_mode():
        net = UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8).eval()
        size = sum(p.numel() for p in net.parameters())
        noise, context = torch.randn(1, 4, 64, 64), torch.randn(1, 77, 768)
        times = []
        for step in range(options.steps):
            start = time.perf_counter()
            noise = net(noise, 1000 - 50 * (step % 20), context).sample
            times.append(time.perf_counter() - start)
    total = sum(times)
    print(f"UNet of {size / 1e6:.0f} M parameters, float32, {torch.get_num_threads()} threads")
    print(f"{options.steps} steps: {total:.1f} s, median of a step {median(times):.2f} s")
    if options.portrait:
        print(f"that is {total / options.portrait:.0f} portraits of ours at {options.portrait:.2f} s")


if __name__ == "__main__":
    main()
